import { elementwise } from "./elementwise.js";
import { real } from "./op.js";

const family = "arithmetic";

export const multiply = elementwise({
  name: "multiply",
  family,
  summary: "a · b",
  source: "product rule",
  inputs: { a: real, b: real },
  meaning: (A, [a, b]) => A.mul(a, b),
  jvp: (A, [da, db], [a, b]) => A.add(A.mul(da, b), A.mul(a, db)),
  vjp: (A, gy, [a, b]) => [A.mul(gy, b), A.mul(gy, a)],
  f64: (a, b) => a * b,
});
