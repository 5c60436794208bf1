import { GradproofError } from "../core/errors.js";
import * as activations from "./activations.js";
import * as arithmetic from "./arithmetic.js";
import * as convolution from "./convolution.js";
import * as exponential from "./exponential.js";
import * as gelu from "./gelu.js";
import * as hyperbolic from "./hyperbolic.js";
import * as indexing from "./indexing.js";
import * as linearAlgebra from "./linearAlgebra.js";
import * as losses from "./losses.js";
import * as movement from "./movement.js";
import * as normalization from "./normalization.js";
import { opId, type AnyOp } from "./op.js";
import * as pieces from "./pieces.js";
import * as pooling from "./pooling.js";
import * as rectifiers from "./rectifiers.js";
import * as reductions from "./reductions.js";
import * as resizing from "./resizing.js";
import * as selection from "./selection.js";
import * as trigonometric from "./trigonometric.js";

/** One module per family; everything that a family's file exports is an op, registered by being exported. */
const FAMILIES: readonly Readonly<Record<string, AnyOp>>[] = [
  arithmetic,
  selection,
  exponential,
  trigonometric,
  hyperbolic,
  rectifiers,
  activations,
  gelu,
  reductions,
  linearAlgebra,
  movement,
  pieces,
  indexing,
  convolution,
  pooling,
  resizing,
  normalization,
  losses,
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
