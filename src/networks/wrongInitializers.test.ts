import { describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import { sum } from "../core/sum.js";
import { promisedLaw } from "./promisedLaw.js";
import { WRONG_INITIALIZERS } from "./wrongInitializers.js";

/** More numbers come in than go out, and the other way round. */
const SHAPES = [
  [512, 128],
  [128, 512],
] as const;

/** Mean and root of the mean square of what is drawn, in promised deviations. */
function moments(name: string, shape: readonly number[]): { mean: number; rms: number } {
  const { promise, draw } = WRONG_INITIALIZERS[name];
  const { deviation } = promisedLaw(promise, shape)!;
  const { data } = draw(shape, new Stream(90, `${name} ${shape.join()}`));
  return {
    mean: sum(data) / data.length / deviation,
    rms: Math.sqrt(sum(data.map((x) => x * x)) / data.length) / deviation,
  };
}

// 65,536 weights: the root of the mean square is known to 5·√(2/N)/2, the mean to 5/√N, both at most times 3.
const N = 512 * 128;
const wide = 3 * 5 * Math.sqrt(1 / (2 * N));

/** By the formulas; fan in and fan out of the two shapes are 512 and 128, 128 and 512. */
const EXPECTED: Readonly<Record<string, readonly (readonly [mean: number, rms: number])[]>> = {
  "gain 0.88": [
    [0, 0.88],
    [0, 0.88],
  ],
  "gain 0.95": [
    [0, 0.95],
    [0, 0.95],
  ],
  "gain 1.05": [
    [0, 1.05],
    [0, 1.05],
  ],
  "gain √2": [
    [0, Math.SQRT2],
    [0, Math.SQRT2],
  ],
  "gain √3": [
    [0, Math.sqrt(3)],
    [0, Math.sqrt(3)],
  ],
  "gain 1/√3": [
    [0, Math.sqrt(1 / 3)],
    [0, Math.sqrt(1 / 3)],
  ],
  // From −l to 2l, and from −l to l/2, where l is √3 deviations; the mean square is (a² + ab + b²)/3.
  "lopsided range": [
    [Math.sqrt(3) / 2, Math.sqrt(3)],
    [-Math.sqrt(3) / 4, Math.sqrt(3 / 4)],
  ],
  "shifted mean": [
    [0.1, Math.sqrt(1.01)],
    [0.1, Math.sqrt(1.01)],
  ],
  "uncorrected truncation": [
    [0, 0.8796256610342397],
    [0, 0.8796256610342397],
  ],
  "swapped fans": [
    [0, 2],
    [0, 0.5],
  ],
  "standard normal": [
    [0, 16],
    [0, 8],
  ],
  constant: [
    [1, 1],
    [1, 1],
  ],
  // 1/(3·fan in) instead of 2/(fan in + fan out)
  "1/√n as Xavier": [
    [0, Math.sqrt(640 / (6 * 512))],
    [0, Math.sqrt(640 / (6 * 128))],
  ],
  "√6 as deviation": [
    [0, Math.sqrt(3)],
    [0, Math.sqrt(3)],
  ],
};

describe("wrong initialisers", () => {
  it("are those that are expected, and all twelve planted faults are among them", () => {
    expect(Object.keys(WRONG_INITIALIZERS).sort()).toEqual(Object.keys(EXPECTED).sort());
    expect(Object.values(WRONG_INITIALIZERS).filter(({ printed }) => printed)).toHaveLength(4);
  });

  it.each(Object.entries(EXPECTED))("are wrong as they say: %s", (name, expected) => {
    SHAPES.forEach((shape, k) => {
      const { mean, rms } = moments(name, shape);
      expect(Math.abs(mean - expected[k][0])).toBeLessThan(wide * expected[k][1]);
      expect(Math.abs(rms / expected[k][1] - 1)).toBeLessThan(wide);
      // What is planted is no promise kept by chance.
      const off = Math.max(Math.abs(rms - 1), Math.abs(mean));
      expect(off).toBeGreaterThan(wide);
    });
  });

  it("are right on square kernels, where fans are confused: shapes must be rectangular", () => {
    for (const name of ["lopsided range", "swapped fans"]) {
      const { mean, rms } = moments(name, [256, 256]);
      expect(Math.abs(mean)).toBeLessThan(wide);
      expect(Math.abs(rms - 1)).toBeLessThan(wide);
    }
  });

  it("are never all equal, but for the constant", () => {
    for (const [name, { draw }] of Object.entries(WRONG_INITIALIZERS)) {
      const { data } = draw([7, 5], new Stream(91, name), { dtype: "f32" });
      expect(new Set(data).size > 1, name).toBe(name !== "constant");
      expect(data.every((x) => Math.fround(x) === x)).toBe(true);
    }
  });
});
