import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { CASES, requestOf } from "../../fixtures/builders/askedOfTfjs.js";
import type { Adapter, AdapterResult } from "./adapter.js";
import { tfjsAdapter } from "./tfjs.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
let tfjs: Adapter;
beforeAll(async () => {
  tfjs = await tfjsAdapter({ log: () => {} });
});

describe("a snippet", () => {
  it.concurrent.each(Object.entries(CASES))("prints the numbers of the adapter for %s", async (_, make) => {
    const asked = make();
    const code = tfjs.snippet(requestOf(asked));
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], {
      cwd: root,
    });
    const { value = [], grads = [] } = tfjs.evaluate(requestOf(asked)) as AdapterResult;
    const { wrt } = requestOf(asked);
    const expected = [
      ...value.map((y, k) => `value[${k}]: float32 [${String(y.shape)}] = [${String(y.data)}]`),
      ...grads.flatMap((g, k) =>
        g ? [`gradient of x${wrt[k]}: [${String(g.shape)}] = [${String(g.data)}]`] : [],
      ),
    ];
    expect(stdout.trimEnd().split("\n")).toEqual(expected);
  });

  it("reads as one would write it", () => {
    expect(tfjs.snippet(requestOf(CASES["a layer with weights"]()))).toMatchInlineSnapshot(`
      "// npm install @tensorflow/tfjs@4.22.0, then: node snippet.mjs
      import * as core from "@tensorflow/tfjs-core";
      import * as layers from "@tensorflow/tfjs-layers";
      import "@tensorflow/tfjs-backend-cpu";

      const tf = { ...core, ...layers }; // what @tensorflow/tfjs exports
      await tf.setBackend("cpu");

      const x0 = tf.tensor([1, 2, 4, -1, 0, 3], [2, 3], "float32");
      const layer3 = tf.layers.layerNormalization({ epsilon: 0.125 });
      layer3.build([2, 3]);
      layer3.setWeights([tf.tensor([1, -2, 0.5], [3], "float32"), tf.tensor([0, 0.25, 1], [3], "float32"), ...layer3.getWeights().slice(2)]);
      const [x1, x2] = layer3.weights.map((weight) => weight.read());
      const f = (x0, x1, x2) => layer3.apply(x0);

      const ys = [f(x0, x1, x2)];
      ys.forEach((y, k) => console.log(\`value[\${k}]: \${y.dtype} [\${y.shape}] = [\${y.dataSync()}]\`));

      const dy0 = tf.tensor([1, 2, 3, 4, 5, 6], [2, 3], "float32");
      const loss = (x0, x1, x2) => tf.sum(tf.mul(f(x0, x1, x2), dy0));
      const gradients = tf.grads(loss)([x0, x1, x2]);
      const names = ["x0", "x1", "x2"];
      gradients.forEach((g, k) => console.log(\`gradient of \${names[k]}: [\${g.shape}] = [\${g.dataSync()}]\`));
      "
    `);
  });
});
