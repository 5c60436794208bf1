import { describe, expect, it } from "vitest";
import { clippingBy, layersBy, mapTyped, withObjects } from "../../fixtures/mutants/objects/withObjects.js";
import * as clipping from "../../properties/clipping.js";
import * as initialization from "../../properties/initialization.js";
import * as layers from "../../properties/layers.js";
import * as optimizers from "../../properties/optimizers.js";
import { conduct } from "../campaign/runTrial.js";
import { targetsOf, type TrialProperty } from "../campaign/trialProperty.js";
import { Stream } from "../core/random.js";
import { filled } from "../core/tensor.js";
import type { Stated } from "../record/promises.js";
import type { Settings } from "../record/scenario.js";
import { encodeTensor } from "../record/tensor.js";
import type { Adapter } from "../subjects/adapter.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { referenceAdapter } from "../subjects/reference.js";

/** A property of one of an adapter's objects, with some settings given. */
async function tryIt<P extends Stated>(
  property: TrialProperty<P>,
  name: string,
  options: {
    readonly adapter?: Adapter;
    readonly settings?: Settings;
    readonly promise?: Partial<P>;
  } = {},
) {
  const { adapter = referenceAdapter(), settings = {}, promise = {} } = options;
  const subject = inProcessSubject("a reference", adapter);
  const found = targetsOf(subject.hello, property.of).find((each) => each.name === name)!;
  const target = { name, promise: { ...found.promise, ...promise } as P };
  const drawn = property.draw(new Stream(2, property.name), { target, dtype: "f64" });
  const trial = { property: property as unknown as TrialProperty, target };
  return (await conduct(trial, { ...drawn, settings: { ...drawn.settings, ...settings } }, 0, subject))
    .verdict;
}

describe("what makes no sense", () => {
  it("is refused by the reference, and says the value and what is allowed", async () => {
    const subject = inProcessSubject("reference", referenceAdapter());
    const weights = { cmd: "initialize", initializer: "heNormal", dtype: "f64", seed: 1, count: 1 } as const;
    for (const shape of [[], [5]]) {
      expect(await subject.ask({ ...weights, shape })).toMatchObject({
        status: "error",
        error: {
          type: "no-fans",
          message: expect.stringMatching(/has rank [01]: only kernels of rank 2 to 5/),
        },
      });
    }
    for (const threshold of [0, -1, "NaN"] as const) {
      expect(await subject.ask({ cmd: "clip", clipper: "byNorm", threshold, tensors: [] })).toMatchObject({
        status: "error",
        error: {
          type: "bad-threshold",
          message: `clipping threshold ${threshold}: must be a positive number`,
        },
      });
    }
    const [params, gradients] = [2, 1].map((n) => [encodeTensor(filled([n], 1), "f64")]);
    const run = { cmd: "optimize", optimizer: "sgd", hyper: {} } as const;
    expect(await subject.ask({ ...run, params, steps: [{ gradients }] })).toMatchObject({
      status: "error",
      error: {
        type: "gradient-shape",
        message: "gradient 0 of sgd has shape [1]: must be that of its parameter, [2]",
      },
    });
    expect(await tryIt(layers.emptyBatch, "layer:batchNorm")).toMatchObject({
      verdict: "pass",
      does: "refuses a batch without elements",
    });
    expect(await tryIt(optimizers.refusesShapes, "optimizer:sgd")).toMatchObject({ verdict: "pass" });
  });

  it("fans that are made up are a choice, and NaN is none", async () => {
    const made = (weight: number): Adapter =>
      withObjects((honest) => ({
        ...honest,
        initialize: ({ shape }) => [
          { shape: [...shape], data: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(weight) },
        ],
      }));
    const settings = { shape: [4] };
    const property = initialization.withoutFans;
    expect(await tryIt(property, "initializer:heNormal", { adapter: made(0.5), settings })).toMatchObject({
      verdict: "convention",
      does: "makes up fans for weights of shape [4]: their root mean square is 0.5",
    });
    expect(
      await tryIt(property, "initializer:heNormal", { adapter: made(Infinity), settings }),
    ).toMatchObject({
      verdict: "fail",
      kind: "nan",
    });
  });

  it("a threshold of 0 may make zeros where nothing is said of thresholds", async () => {
    const times = (factor: number): Adapter =>
      clippingBy(({ tensors }) => tensors.map((x) => mapTyped(x, (v) => v * factor)));
    const at = (threshold: number | string, adapter: Adapter, thresholds: "positive" | "unsaid") =>
      tryIt(clipping.refusesThreshold, "clipper:byValue", {
        adapter,
        settings: { threshold },
        promise: { thresholds },
      });
    expect(await at(0, times(0), "unsaid")).toMatchObject({ verdict: "convention" });
    expect(await at(0, times(0), "positive")).toMatchObject({ verdict: "accepted-invalid" });
    expect(await at(0, times(1), "unsaid")).toMatchObject({ verdict: "accepted-invalid" });
    expect(await at(-1, times(0), "unsaid")).toMatchObject({ verdict: "accepted-invalid" });
    expect(await at("NaN", times(NaN), "unsaid")).toMatchObject({ verdict: "fail", kind: "nan" });
  });

  it("a threshold that is none stays what it is when a scenario is made simpler", () => {
    const target = { name: "clipper:byNorm", promise: { by: "norm", says: "", source: "" } as const };
    const drawn = clipping.refusesThreshold.draw(new Stream(9, "threshold"), { target, dtype: "f64" });
    const simpler = [...clipping.refusesThreshold.simpler!(drawn, target)];
    expect(simpler.length).toBeGreaterThan(0);
    for (const { settings } of simpler) expect(settings).toEqual(drawn.settings);
  });

  it.each([
    [(x: number) => x, "pass", "learns nothing from a batch without elements"],
    [(x: number) => 0.99 * x, "accepted-invalid", "changes what is remembered of batches"],
    [() => NaN, "fail", "leaves NaN in what is remembered of batches"],
  ])("of a batch without elements nothing is learnt", async (change, verdict, words) => {
    const adapter = layersBy({
      request: ({ layer: _layer, ...request }) => request,
      result: (result) => ({
        ...result,
        value: result.value?.map((y, k) => (k === 2 ? mapTyped(y, change) : y)),
      }),
    });
    expect(await tryIt(layers.emptyBatch, "layer:batchNorm", { adapter })).toMatchObject({
      verdict,
      does: expect.stringContaining(words),
    });
  });
});
