import { describe, expect, it } from "vitest";
import { hash, Stream } from "./random.js";

const take = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const first = (seed: number, name: string): string => {
  const stream = new Stream(seed, name);
  return take(3, () => stream.bits()).join();
};
const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;

/** Frozen: a change here changes every recorded campaign. */
const FROZEN = [
  {
    seed: 0,
    name: "",
    hash: -1421968373,
    bits: -80705961,
    uniform: 0.9812091742462481,
    normal: 1.4055842954747368,
    permutation: [0, 2, 4, 3, 1, 5],
    ints: [9, -1, 7, 2, 5, 3, -1, 4],
  },
  {
    seed: 17,
    name: "17/tfjs/gradient/tanh/b0#3",
    hash: -1173517926,
    bits: 524215348,
    uniform: 0.12205339801902104,
    normal: 1.0054426910392456,
    permutation: [2, 1, 3, 5, 4, 0],
    ints: [-2, 9, -2, -2, 8, 5, 2, 8],
  },
  {
    seed: -1,
    name: "é",
    hash: -1158179223,
    bits: 111492296,
    uniform: 0.025958821862692716,
    normal: -0.7523337654126017,
    permutation: [3, 5, 2, 1, 4, 0],
    ints: [-3, 9, 2, 5, 1, 6, 1, 2],
  },
] as const;

describe("named streams", () => {
  it.each(FROZEN)("of seed $seed and name '$name' are frozen", (frozen) => {
    const stream = (): Stream => new Stream(frozen.seed, frozen.name);
    const ints = stream();
    expect({
      seed: frozen.seed,
      name: frozen.name,
      hash: hash(frozen.name),
      bits: stream().bits(),
      uniform: stream().uniform(),
      normal: stream().normal(),
      permutation: stream().permutation(6),
      ints: take(8, () => ints.int(-3, 9)),
    }).toEqual(frozen);
  });

  it("depend on the seed and on every character of the name", () => {
    const names = ["a", "b", "ab", "ba", "a0", "a1", "a/b#1", "a/b#2"];
    const firsts = [0, 1, 10].flatMap((seed) => names.map((name) => first(seed, name)));
    expect(new Set(firsts).size).toBe(firsts.length);
    // A seed's digits do not run into the name.
    expect(first(1, "1a")).not.toBe(first(11, "a"));
  });
});

describe("draws", () => {
  const N = 100_000;

  it("are uniform on [0, 1)", () => {
    const stream = new Stream(1, "uniform");
    const xs = take(N, () => stream.uniform());
    expect(Math.min(...xs.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(xs.every((x) => x < 1 && Number.isInteger(x * 2 ** 53))).toBe(true);
    // Five standard deviations of the mean, 1/√(12N).
    expect(Math.abs(mean(xs) - 0.5)).toBeLessThan(5 / Math.sqrt(12 * N));
    // Every tenth holds N/10 ± 5√(0.09N).
    const tenths = Array.from({ length: 10 }, (_, i) => xs.filter((x) => Math.floor(10 * x) === i).length);
    for (const count of tenths) expect(Math.abs(count - N / 10)).toBeLessThan(5 * Math.sqrt(0.09 * N));
  });

  it("are normal, with the moments 0, 1, 0, 3", () => {
    const stream = new Stream(1, "normal");
    const xs = take(N, () => stream.normal());
    // Standard deviations of the sample moments of N normal numbers: √1, √2, √15, √96, over √N.
    const moments = [1, 2, 3, 4].map((power) => mean(xs.map((x) => x ** power)));
    [0, 1, 0, 3].forEach((expected, i) => {
      expect(Math.abs(moments[i] - expected)).toBeLessThan(5 * Math.sqrt([1, 2, 15, 96][i] / N));
    });
    const beyond = xs.filter((x) => Math.abs(x) > 1.959963984540054).length;
    expect(Math.abs(beyond - 0.05 * N)).toBeLessThan(5 * Math.sqrt(0.05 * 0.95 * N));
  });

  it("reach both ends of a range of integers, and nothing beyond", () => {
    const stream = new Stream(1, "int");
    expect(new Set(take(1000, () => stream.int(-2, 2)))).toEqual(new Set([-2, -1, 0, 1, 2]));
    expect(stream.int(5, 5)).toBe(5);
  });

  it("choose fairly", () => {
    const stream = new Stream(1, "choice");
    const within = (count: number, probability: number): void => {
      const spread = Math.sqrt(probability * (1 - probability) * N);
      expect(Math.abs(count - probability * N)).toBeLessThan(5 * spread);
    };
    within(take(N, () => stream.chance(0.1)).filter(Boolean).length, 0.1);
    within(take(N, () => stream.sign()).filter((s) => s === 1).length, 0.5);
    within(take(N, () => stream.pick(["a", "b", "c"])).filter((c) => c === "b").length, 1 / 3);
    within(take(N, () => stream.between(-1, 3)).filter((x) => x < 0).length, 0.25);
    expect(stream.chance(0)).toBe(false);
    expect(stream.chance(1)).toBe(true);
    expect(() => stream.pick([])).toThrow(RangeError);
  });

  it("permute with every order equally often", () => {
    const stream = new Stream(1, "permutation");
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = stream.permutation(3).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(["012", "021", "102", "120", "201", "210"]);
    for (const count of counts.values())
      expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt((6000 * 5) / 36));
    expect(stream.permutation(0)).toEqual([]);
  });
});
