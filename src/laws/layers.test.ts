import { describe, expect, it } from "vitest";
import { layersBy } from "../../fixtures/mutants/objects/withObjects.js";
import { drawLayer } from "../arbitraries/drawLayer.js";
import { conduct } from "../campaign/runTrial.js";
import type { TrialProperty } from "../campaign/trialProperty.js";
import { Stream } from "../core/random.js";
import type { LayerPromise } from "../record/promises.js";
import type { Attributes } from "../record/program.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { convention as conventionProperty, gradient as gradientProperty } from "../../properties/layers.js";

const promised = (kind: string, config: LayerPromise["config"]): LayerPromise => ({
  kind,
  config,
  says: "a cell",
  source: "a test",
});

/** The reference, whose cells have other attributes than are asked for. */
const cellsWith = (attributes: Attributes) =>
  inProcessSubject(
    "other cells",
    layersBy({
      request: (request) => ({
        ...request,
        program: {
          ...request.program,
          nodes: request.program.nodes.map((node) =>
            node.op.includes("Cell") ? { ...node, attributes: { ...node.attributes, ...attributes } } : node,
          ),
        },
      }),
    }),
  );

async function tryIt(property: TrialProperty<LayerPromise>, promise: LayerPromise, attributes: Attributes) {
  const target = { name: `layer:${promise.kind}`, promise };
  const stream = new Stream(5, `${promise.kind} ${JSON.stringify(attributes)}`);
  const scenario = drawLayer(stream, { target: target.name, promise, dtype: "f64" });
  const trial = { property: property as TrialProperty, target };
  return (await conduct(trial, scenario, 0, cellsWith(attributes))).verdict;
}

describe("variants of cells", () => {
  it.each([
    ["gru", { keeps: "1 - z" }, "the state is kept by 1 - z"],
    ["gru", { gates: "rzn", keeps: "1 - z" }, "gates in the order rzn, the state is kept by 1 - z"],
    ["gru", { recurrentActivation: "hardSigmoid" }, "hardSigmoid gates"],
    ["lstm", { forgetBias: 1 }, "forget bias 1"],
    ["rnn", { activation: "relu" }, "relu"],
  ])(
    "are a convention where nothing is stated, and wrong where another is: %s with %j",
    async (kind, attributes, words) => {
      const open = await tryIt(conventionProperty, promised(kind, {}), attributes);
      expect(open).toMatchObject({ verdict: "convention", does: expect.stringContaining(words) });
      const stated = {
        gates: kind === "gru" ? "zrn" : "ifgo",
        keeps: "z",
        forgetBias: 0,
        activation: "tanh",
      };
      const known = Object.keys(attributes);
      const config = Object.fromEntries(
        Object.entries({ ...stated, recurrentActivation: "sigmoid" }).filter(([name]) =>
          known.includes(name),
        ),
      );
      const wrong = await tryIt(conventionProperty, promised(kind, config), attributes);
      expect(wrong).toMatchObject({ verdict: "fail", does: expect.stringContaining(words) });
    },
  );

  it("have the gradient of whichever is left open", async () => {
    const [kind, attributes] = ["gru", { keeps: "1 - z" }] as const;
    expect(await tryIt(gradientProperty, promised(kind, {}), attributes)).toMatchObject({ verdict: "pass" });
    const stated = await tryIt(gradientProperty, promised(kind, { keeps: "z" }), attributes);
    // Where the value is wrong already, the gradient is not judged.
    expect(stated.verdict).toBe("inconclusive");
  });

  it("are none of them when something else is wrong", async () => {
    const verdict = await tryIt(conventionProperty, promised("lstm", {}), { forgetBias: 0.25 });
    expect(verdict).toMatchObject({ verdict: "fail" });
  });
});
