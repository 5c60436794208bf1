import { GradproofError } from "../core/errors.js";
import * as activations from "./activations.js";
import * as arithmetic from "./arithmetic.js";
import * as exponential from "./exponential.js";
import * as linearAlgebra from "./linearAlgebra.js";
import { opId, type AnyOp } from "./op.js";
import * as pooling from "./pooling.js";

/** One module per family; everything that a family's file exports is an op, registered by being exported. */
const FAMILIES: readonly Readonly<Record<string, AnyOp>>[] = [
  arithmetic,
  exponential,
  activations,
  linearAlgebra,
  pooling,
];

/** Every op, family by family. */
export const OPS: readonly AnyOp[] = FAMILIES.flatMap((family) => Object.values(family));

const byId = new Map(OPS.map((op) => [opId(op), op]));

/** @throws GradproofError `unknown-op` when no such record exists */
export function findOp(id: string): AnyOp {
  const op = byId.get(id) ?? byId.get(`${id}@1`);
  if (!op) throw new GradproofError("unknown-op", `unknown op "${id}"`);
  return op;
}
