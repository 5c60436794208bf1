import { describe, expect, it } from "vitest";
import { ProgramBuilder } from "../program/builder.js";
import type { AdapterRequest } from "./adapter.js";
import { referenceAdapter } from "./reference.js";

/** Ones through a layer of the reference, as often as there are outputs. */
function requestFor(
  name: string,
  config: NonNullable<AdapterRequest["layer"]>["config"],
  { calls = 1, gradient = false } = {},
): AdapterRequest {
  const b = new ProgramBuilder();
  const x = b.input([40]);
  const ones = { shape: [40], data: new Float64Array(40).fill(1) };
  return {
    program: b.build(...Array.from({ length: calls }, () => x)),
    mode: gradient ? "vjp" : "value",
    inputs: [ones],
    wrt: gradient ? [0] : [],
    seeds: gradient ? Array.from({ length: calls }, () => ones) : [],
    layer: { name, config },
    want: gradient ? ["value", "grads"] : ["value"],
  };
}

const valuesOf = (reference: ReturnType<typeof referenceAdapter>, request: AdapterRequest): number[][] =>
  reference.evaluate(request).value!.map(({ data }) => Array.from(data));

describe("a random layer of the reference", () => {
  it("draws in training alone, by its seed", () => {
    const reference = referenceAdapter();
    const ones = Array.from({ length: 40 }, () => 1);
    expect(valuesOf(reference, requestFor("dropout", { rate: 0.5 }))).toEqual([ones]);
    expect(valuesOf(reference, requestFor("dropout", { rate: 0.5, training: false }))).toEqual([ones]);
    const config = { rate: 0.5, training: true, seed: 0 };
    const [drawn] = valuesOf(reference, requestFor("dropout", config));
    expect(new Set(drawn)).toEqual(new Set([0, 2]));
    expect(valuesOf(reference, requestFor("dropout", config))).toEqual([drawn]);
    expect(valuesOf(reference, requestFor("dropout", { ...config, seed: 1 }))).not.toEqual([drawn]);
  });

  it("draws anew at each call, and without a seed in each question, the same in each run", () => {
    const config = { stddev: 1, training: true };
    const twice = (): number[][][] => {
      const reference = referenceAdapter();
      return [1, 2].map(() => valuesOf(reference, requestFor("gaussianNoise", config, { calls: 2 })));
    };
    const [[a, b], [c]] = twice();
    expect(a).not.toEqual(b);
    expect(a).not.toEqual(c);
    expect(twice()).toEqual(twice());
    const [one, two] = valuesOf(
      referenceAdapter(),
      requestFor("gaussianNoise", { ...config, seed: 1 }, { calls: 2 }),
    );
    expect(one).not.toEqual(two);
  });

  it("is differentiated with what it drew, all calls together", () => {
    const config = { rate: 0.5, training: true, seed: 3 };
    const request = requestFor("dropout", config, { calls: 2, gradient: true });
    const { value, grads } = referenceAdapter().evaluate(request);
    expect(Array.from(grads![0]!.data)).toEqual(Array.from(value![0].data, (y, i) => y + value![1].data[i]));
  });
});
