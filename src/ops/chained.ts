import type { Rules } from "./linear.js";
import type { Attributes } from "./op.js";

/** Rules of second(first(a, b), c), by the chain rule; both get the attributes of the whole. */
export function chained<P extends Attributes>(first: Rules<P>, second: Rules<P>): Rules<P> {
  return {
    meaning: (A, [a, b, c], attributes) =>
      second.meaning(A, [first.meaning(A, [a, b], attributes), c], attributes),
    jvp(A, [da, db, dc], [a, b, c], y, attributes) {
      const h = first.meaning(A, [a, b], attributes);
      const dh = da || db ? first.jvp(A, [da, db], [a, b], h, attributes) : null;
      return second.jvp(A, [dh, dc], [h, c], y, attributes);
    },
    vjp(A, gy, [a, b, c], y, attributes) {
      const h = first.meaning(A, [a, b], attributes);
      const [gh, gc] = second.vjp(A, gy, [h, c], y, attributes);
      return [...(gh ? first.vjp(A, gh, [a, b], h, attributes) : [null, null]), gc];
    },
  };
}
