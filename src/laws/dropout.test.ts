import { describe, expect, it } from "vitest";
import { layersBy, mapTyped } from "../../fixtures/mutants/objects/withObjects.js";
import * as dropout from "../../properties/dropout.js";
import { conduct } from "../campaign/runTrial.js";
import type { TrialProperty } from "../campaign/trialProperty.js";
import { Stream } from "../core/random.js";
import type { LayerPromise } from "../record/promises.js";
import { UnsupportedError, type Adapter } from "../subjects/adapter.js";
import { inProcessSubject } from "../subjects/inProcess.js";

const promised = (kind: string, config: LayerPromise["config"] = {}): LayerPromise => ({
  kind,
  config,
  says: "it drops",
  source: "a test",
});

type Changes = Parameters<typeof layersBy>[0];

async function tryIt(
  property: TrialProperty<LayerPromise>,
  kind: string,
  { config, alpha = 1e-9, ...changes }: Changes & { config?: LayerPromise["config"]; alpha?: number } = {},
) {
  const target = { name: `layer:${kind}`, promise: promised(kind, config) };
  const scenario = property.draw(new Stream(3, property.name), { target, dtype: "f64" });
  const trial = { property: property as TrialProperty, target };
  return conduct(trial, scenario, alpha, inProcessSubject("a reference", layersBy(changes)));
}

/** A layer that takes no seed. */
const seedless: Changes = {
  request(request) {
    if (request.layer?.config.seed !== undefined) throw new UnsupportedError("attributes", "no seed");
    return request;
  },
};

describe("layers that are random in training", () => {
  it("are asked without a seed where they take none, unless it is about seeds", async () => {
    for (const property of [dropout.kept, dropout.neighbours, dropout.everyCall, dropout.noiseShape]) {
      expect((await tryIt(property, "dropout", seedless)).verdict.verdict).toBe("pass");
    }
    for (const property of [dropout.reproducible, dropout.seeds, dropout.firstSeeds]) {
      expect((await tryIt(property, "dropout", seedless)).verdict).toMatchObject({
        verdict: "unsupported",
        reason: "attributes: no seed",
      });
    }
  });

  it("may draw the same at each call when they are given a seed, which is told", async () => {
    const { verdict } = await tryIt(dropout.everyCall, "dropout", {
      result: (result, { layer }) => ({
        ...result,
        value: result.value?.map((y) => (layer?.config.seed === undefined ? y : result.value![0])),
      }),
    });
    expect(verdict).toMatchObject({
      verdict: "convention",
      does: expect.stringContaining("the same units are dropped in every step"),
    });
  });

  it("may drop the other maps than the documentation says, which is told", async () => {
    expect((await tryIt(dropout.maps, "spatialDropout")).verdict).toMatchObject({
      verdict: "pass",
      does: "drops whole channels",
    });
    const other = await tryIt(dropout.maps, "spatialDropout", { config: { maps: "steps" } });
    expect(other.verdict).toMatchObject({
      verdict: "convention",
      does: "drops whole channels, where the documentation's example speaks of steps",
    });
  });

  it("drop everything at a rate of 1, or refuse it", async () => {
    const refused = await tryIt(dropout.rateOne, "dropout");
    expect(refused.verdict).toMatchObject({ verdict: "pass", does: "refuses a rate of 1" });
    const at = (value: number): Changes => ({
      request: (request) => ({
        ...request,
        layer: { ...request.layer!, config: { ...request.layer!.config, rate: 0.5 } },
      }),
      result: (result) => ({ ...result, value: result.value?.map((y) => mapTyped(y, () => value)) }),
    });
    expect((await tryIt(dropout.rateOne, "dropout", at(0))).verdict).toMatchObject({
      verdict: "pass",
      does: "drops everything at a rate of 1",
    });
    expect((await tryIt(dropout.rateOne, "dropout", at(NaN))).verdict.verdict).toBe("fail");
  });

  it("keep everything at a rate of 0", async () => {
    const target = { name: "layer:dropout", promise: promised("dropout") };
    const scenario = {
      ...dropout.kept.draw(new Stream(1, "zero"), { target, dtype: "f64" }),
      settings: { shape: [3], "config.rate": 0 },
      tensors: [1, 2].map((x) => ({ shape: [3], data: Float64Array.of(x, -x, 3 * x) })),
    };
    const drops: Adapter = layersBy({
      result: (result) => ({
        ...result,
        value: result.value?.map((y) => mapTyped(y, (v, i) => (i === 0 ? 0 : v))),
      }),
    });
    const trial = { property: dropout.kept as TrialProperty, target };
    const honest = await conduct(trial, scenario, 0, inProcessSubject("honest", layersBy({})));
    expect(honest.verdict.verdict).toBe("pass");
    const wrong = await conduct(trial, scenario, 0, inProcessSubject("drops", drops));
    expect(wrong.verdict).toMatchObject({ verdict: "fail", reason: "a rate of 0 drops" });
  });

  it.each([
    [0.01, "pass"],
    [0.06, "fail"],
  ])("are right within 2 % of a rate of a half: off by %d", async (off, verdict) => {
    const { verdict: got } = await tryIt(
      {
        ...dropout.rate,
        draw: (stream, request) => {
          const drawn = dropout.rate.draw(stream, request);
          return { ...drawn, settings: { ...drawn.settings, "config.rate": 0.5 } };
        },
      },
      "dropout",
      {
        request: (request) => ({
          ...request,
          layer: { ...request.layer!, config: { ...request.layer!.config, rate: 0.5 + off } },
        }),
      },
    );
    expect(got.verdict).toBe(verdict);
  });

  it("that are not decided say so", async () => {
    // An interval that is wrong once in e^100 is wider than the region.
    const { verdict } = await tryIt(dropout.rate, "dropout", { alpha: 1e-40 });
    expect(verdict).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringContaining("more numbers"),
    });
  });

  it("tell mean and variance of what they make of three values", async () => {
    const { verdict } = await tryIt(dropout.moments, "alphaDropout");
    expect(verdict.verdict).toBe("pass");
    expect(verdict.does).toMatch(/^makes mean -?0\.0\d* and variance (0\.9|1)\d*.* of mean 0 and variance 1/);
    const many = await tryIt(dropout.moments, "alphaDropout", {
      result: (result) => ({ ...result, value: result.value?.map((y) => mapTyped(y, (v, i) => v + i)) }),
    });
    expect(many.verdict).toMatchObject({
      verdict: "fail",
      reason: expect.stringMatching(/^of 1 there come/),
    });
  });

  it("have no NaN in what they make", async () => {
    const { verdict } = await tryIt(dropout.gaussian, "gaussianNoise", {
      result: (result) => ({ ...result, value: result.value?.map((y) => mapTyped(y, () => NaN)) }),
    });
    expect(verdict).toMatchObject({ verdict: "fail", kind: "nan", reason: "a result is NaN" });
  });
});
