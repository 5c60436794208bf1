import { drawCase } from "../src/arbitraries/drawCase.js";
import type { Property } from "../src/campaign/property.js";
import * as laws from "../src/laws/bounds.js";
import type { AnyOp } from "../src/ops/op.js";

/** Where values and derivatives lie, whatever is put in. */

const isBounded = (op: AnyOp): boolean => op.bounds !== undefined;

export const bounds: Property = {
  name: "calculus/bounds",
  statement:
    "Values and derivatives lie within the bounds that hold for every input (0 ≤ sigmoid′ ≤ ¼), up to rounding.",
  source: "the bounds in the op's record, each proved by a test",
  law: laws.bounds,
  about: isBounded,
  perClass: true,
  draw: (stream, op, { dtype, classes }) => drawCase(stream, op!, { dtype, classes }),
};

export const provedBounds: Property = {
  name: "calculus/proved-bounds",
  statement:
    "The same bounds are proved for all reals from the rules, and the numbers are those that the rules enclose.",
  source: "branch and bound over outward-rounded intervals; Moore, Kearfott and Cloud 2009, ch. 6",
  law: laws.provedBounds,
  evidence: "proved",
  about: isBounded,
  needs: { capability: "recordRules", because: "a proof is about rules, and its rules are not at hand" },
  perClass: false,
  draw: (stream, op, { dtype, classes }) => drawCase(stream, op!, { dtype, classes }),
};
