import { GradproofError } from "../core/errors.js";
import * as activations from "./activations.js";
import * as arithmetic from "./arithmetic.js";
import * as attention from "./attention.js";
import * as batchNorm from "./batchNorm.js";
import * as cells from "./cells.js";
import * as convolution from "./convolution.js";
import * as copies from "./copies.js";
import * as dropout from "./dropout.js";
import * as einsum from "./einsum.js";
import * as exponential from "./exponential.js";
import * as gelu from "./gelu.js";
import * as hyperbolic from "./hyperbolic.js";
import * as indexing from "./indexing.js";
import * as linearAlgebra from "./linearAlgebra.js";
import * as localResponse from "./localResponse.js";
import * as losses from "./losses.js";
import * as moments from "./moments.js";
import * as movement from "./movement.js";
import * as newAxes from "./newAxes.js";
import * as normalization from "./normalization.js";
import * as norms from "./norms.js";
import { opId, type AnyOp } from "./op.js";
import * as pieces from "./pieces.js";
import * as pooling from "./pooling.js";
import * as probabilityLosses from "./probabilityLosses.js";
import * as products from "./products.js";
import * as rectifiers from "./rectifiers.js";
import * as reductions from "./reductions.js";
import * as reordering from "./reordering.js";
import * as resizing from "./resizing.js";
import * as running from "./running.js";
import * as scattering from "./scattering.js";
import * as selection from "./selection.js";
import * as sorting from "./sorting.js";
import * as statistics from "./statistics.js";
import * as stridedSlice from "./stridedSlice.js";
import * as trigonometric from "./trigonometric.js";
import * as vectorLosses from "./vectorLosses.js";

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
  products,
  running,
  moments,
  norms,
  linearAlgebra,
  einsum,
  movement,
  pieces,
  newAxes,
  copies,
  reordering,
  stridedSlice,
  indexing,
  scattering,
  sorting,
  convolution,
  pooling,
  resizing,
  normalization,
  statistics,
  batchNorm,
  localResponse,
  losses,
  probabilityLosses,
  vectorLosses,
  cells,
  attention,
  dropout,
];

/** Every op, family by family. */
export const OPS: readonly AnyOp[] = FAMILIES.flatMap((family) => Object.values(family));

const byId = new Map(OPS.map((op) => [opId(op), op]));

/** A record of somebody's own, while it is looked at. */
let guest: AnyOp | undefined;

/** Runs a step in which a record stands in the registry, in the place of the one with its id if there is one. */
export function withOp<R>(op: AnyOp, step: () => R): R {
  const before = guest;
  guest = op;
  try {
    return step();
  } finally {
    guest = before;
  }
}

/** @throws GradproofError `unknown-op` when no such record exists */
export function findOp(id: string): AnyOp {
  if (guest && (opId(guest) === id || opId(guest) === `${id}@1`)) return guest;
  const op = byId.get(id) ?? byId.get(`${id}@1`);
  if (!op) throw new GradproofError("unknown-op", `unknown op "${id}"`);
  return op;
}
