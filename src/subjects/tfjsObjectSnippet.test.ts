import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import type { ObjectQuestion } from "../record/protocol.js";
import type { Adapter } from "./adapter.js";
import { answerObject } from "./answerObject.js";
import { tfjsAdapter } from "./tfjs.js";
import { decodeTyped, encodeTyped } from "./typedTensor.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
let tfjs: Adapter;
beforeAll(async () => {
  tfjs = await tfjsAdapter({ log: () => undefined });
});

const PARAMS = [
  [1, -2, 0.5, 1e-40],
  [0, 0.1, 3, -1e30],
].map((data) => encodeTyped({ shape: [2, 2], data: Float32Array.from(data) }));

const QUESTIONS: Readonly<Record<string, () => ObjectQuestion>> = {
  "a uniform initialiser": () => ({
    cmd: "initialize",
    initializer: "glorotUniform",
    shape: [2, 3],
    dtype: "f32",
    seed: 5,
    count: 2,
  }),
  "an initialiser without a seed": () => ({
    cmd: "initialize",
    initializer: "constantZero",
    shape: [],
    dtype: "f32",
    seed: 5,
    count: 1,
  }),
  "an orthogonal matrix": () => ({
    cmd: "initialize",
    initializer: "orthogonal",
    shape: [2, 3],
    dtype: "f32",
    seed: 5,
    count: 1,
  }),
  "clipping by value": () => ({
    cmd: "clip",
    clipper: "clipByValue",
    threshold: 0.5,
    tensors: PARAMS,
  }),
  "clipping by norm": () => ({
    cmd: "clip",
    clipper: "maxNorm",
    threshold: "Infinity",
    tensors: PARAMS,
  }),
  "an optimiser with changes, missing gradients and another order": () => ({
    cmd: "optimize",
    optimizer: "nesterov",
    hyper: { learningRate: 0.1, momentum: 0.9 },
    params: PARAMS,
    steps: [
      { gradients: PARAMS },
      { gradients: [PARAMS[1], null], order: [1, 0], hyper: { learningRate: 0.5 } },
    ],
  }),
  "only the last step": () => ({
    cmd: "optimize",
    optimizer: "adam",
    hyper: {},
    params: PARAMS,
    steps: [{ gradients: PARAMS }, { gradients: PARAMS }],
    last: true,
  }),
};

const runSnippet = async (code: string): Promise<string[]> => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], {
    cwd: root,
  });
  return stdout.trimEnd().split("\n");
};

describe("a snippet", () => {
  it.concurrent.each(Object.entries(QUESTIONS))(
    "prints the numbers of the adapter for %s",
    async (_, make) => {
      const question = make();
      const reply = await answerObject(tfjs, { id: "1", ...question });
      expect(reply.status).toBe("ok");
      const tensors = reply.status === "ok" ? reply.value!.map(decodeTyped) : [];
      const expected = tensors.map(
        ({ shape, data }, k) => `value[${k}]: float32 [${String(shape)}] = [${String(data)}]`,
      );
      expect(await runSnippet(tfjs.objectSnippet!(question))).toEqual(expected);
    },
  );

  it("says what can be said of many numbers", async () => {
    const rest = { initializer: "heNormal", dtype: "f32", seed: 1, count: 1 } as const;
    const code = tfjs.objectSnippet!({ cmd: "initialize", shape: [50, 40], ...rest });
    const [line] = await runSnippet(code);
    expect(line).toMatch(
      /^value\[0\]: float32 \[50,40\], mean [-\d.]+, variance 0\.03[\d]+, from -0\.3[\d]+ to 0\.[34][\d]+, beginning with/,
    );
  });

  it("reads as one would write it", () => {
    const code = tfjs.objectSnippet!(
      QUESTIONS["an optimiser with changes, missing gradients and another order"](),
    );
    expect(code.slice(code.indexOf("const optimizer")).replace(/tf\.tensor\(.*?"float32"\)/g, "…"))
      .toMatchInlineSnapshot(`
      "const optimizer = tf.train.momentum(0.1, 0.9, true);
      let k = 0;
      const show = (y) => console.log(\`value[\${k++}]: \${y.dtype} [\${y.shape}] = [\${y.dataSync()}]\`);

      optimizer.applyGradients([
        { name: params[0].name, tensor: … },
        { name: params[1].name, tensor: … },
      ]);
      params.forEach(show);

      optimizer.setLearningRate(0.5);
      optimizer.applyGradients([
        { name: params[1].name, tensor: null },
        { name: params[0].name, tensor: … },
      ]);
      params.forEach(show);
      "
    `);
  });
});
