import { elementwise } from "./elementwise.js";
import { domain } from "./op.js";

export const relu = elementwise({
  name: "relu",
  family: "activations",
  summary: "max(x, 0)",
  source: "Nair and Hinton 2010",
  inputs: { x: domain({ specials: [0] }) },
  kinks: [{ at: "x = 0", convention: "0" }],
  meaning: (A, [x]) => {
    const zero = A.lift(0);
    return A.select(
      x,
      zero,
      () => x,
      () => zero,
      () => zero,
    );
  },
  jvp: (A, [dx], [x]) => {
    const zero = A.lift(0);
    return A.select(
      x,
      zero,
      () => dx,
      () => zero,
      () => zero,
    );
  },
  vjp: (A, gy, [x]) => {
    const zero = A.lift(0);
    return [
      A.select(
        x,
        zero,
        () => gy,
        () => zero,
        () => zero,
      ),
    ];
  },
});
