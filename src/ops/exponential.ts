import { elementwise } from "./elementwise.js";
import { real } from "./op.js";

export const tanh = elementwise({
  name: "tanh",
  family: "exponential and trigonometric",
  summary: "hyperbolic tangent",
  source: "DLMF 4.28.4; derivative 4.34.10",
  inputs: { x: real },
  meaning: (A, [x]) => A.tanh(x),
  // 1/cosh² keeps every digit; 1 − y² loses them all as |x| grows. cosh overflows long after the result underflows.
  jvp: (A, [dx], [x]) => {
    const c = A.cosh(x);
    return A.div(A.div(dx, c), c);
  },
  vjp: (A, gy, [x]) => {
    const c = A.cosh(x);
    return [A.div(A.div(gy, c), c)];
  },
  textbook: [{ vjp: (A, gy, _xs, y) => [A.mul(gy, A.sub(A.lift(1), A.mul(y, y)))] }],
  f64: Math.tanh,
});
