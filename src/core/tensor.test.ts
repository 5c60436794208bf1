import { describe, expect, it } from "vitest";
import { DOUBLES } from "./numberAlgebra.js";
import { filled, liftTensor, mapTensor, tensor, toTensor } from "./tensor.js";

describe("tensor", () => {
  it("owns its values and its shape", () => {
    const shape = [2];
    const values = Float64Array.of(1, 2);
    const x = tensor(shape, values);
    values[0] = 9;
    shape[0] = 9;
    expect(x).toEqual({ shape: [2], data: Float64Array.of(1, 2) });
  });

  it("holds scalars and nothing at all", () => {
    expect(tensor([], [3]).data[0]).toBe(3);
    expect(tensor([0, 3], []).data).toHaveLength(0);
  });

  it("says what does not fit", () => {
    expect(() => tensor([2, 3], [1])).toThrow("shape [2, 3] holds 6 values, got 1");
  });

  it("goes to another arithmetic and back without change", () => {
    const x = tensor([4], [-0, NaN, Infinity, 0.1]);
    expect(toTensor(DOUBLES, liftTensor(DOUBLES, x)).data).toEqual(x.data);
  });

  it("maps and fills", () => {
    expect(mapTensor(filled([3], 2), (value, i) => value * i).data).toEqual(Float64Array.of(0, 2, 4));
  });
});
