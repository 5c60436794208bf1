import { formatOf } from "../core/float.js";
import { InvalidProgramError } from "../core/errors.js";
import type { Stream } from "../core/random.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { AnyOp } from "../ops/op.js";
import type { Case } from "../record/case.js";
import { drawCase, type CaseSpec } from "./drawCase.js";

/** Cases of one normalisation, for what is promised of normalisations alone. */

/** Regions in which nothing is near the ends of the format: squares stay inside it. */
const REGIONS = ["normal", "magnitudes", "ties", "saturated", "scaled"] as const;

/** Share of cases in the commonest use. */
const USUAL = 0.5;

interface NormalizationSpec extends Pick<CaseSpec, "dtype" | "classes" | "shapes" | "region"> {
  /** Whether moments are to be those of x itself. Default true. */
  readonly ownMoments?: boolean;
  /** Whether all of its parameters are to be inputs. Default: as they come. */
  readonly affine?: boolean;
}

export function drawNormalization(stream: Stream, op: AnyOp, spec: NormalizationSpec): Case {
  const { ownMoments = true, affine, classes, region = stream.pick(REGIONS), ...rest } = spec;
  const { normalization } = op;
  const c = drawCase(stream, op, {
    ...rest,
    region,
    classes: {
      ...(stream.chance(USUAL) && normalization?.usual),
      ...classes,
      ...(ownMoments && normalization?.ownMoments),
      ...(affine && normalization?.divides?.affine),
    },
  });
  return { ...c, tags: [...c.tags, `groups:${spec.shapes ?? "ordinary"}`] };
}

/** An element in hundreds that is far from all others: normalised, it is about as large as the root of their number. */
export function drawOutlier(stream: Stream, op: AnyOp, spec: NormalizationSpec): Case {
  const c = drawNormalization(stream, op, { ...spec, shapes: "crowded", region: "normal" });
  const [x, ...others] = c.inputs;
  const at = stream.int(0, x.data.length - 1);
  const { round } = formatOf(c.dtype);
  const data = x.data.map((v, i) => (i === at ? round(2 ** 10 * (Math.abs(v) + 1)) : v));
  return { ...c, inputs: [{ shape: x.shape, data }, ...others], tags: [...c.tags, "outlier"] };
}

const ATTEMPTS = 60;

/**
 * A case whose groups hold no elements: one axis of x, along which elements are normalised together, is empty. With one
 * element there it would be valid.
 */
export function drawEmptyGroup(stream: Stream, op: AnyOp, spec: NormalizationSpec): Case {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const c = drawNormalization(stream, op, { ...spec, region: "normal" });
    const { shape } = c.inputs[0];
    for (const axis of stream.permutation(shape.length)) {
      if (shape[axis] < 2 || refuses(op, cut(c, axis, 1)) || !refuses(op, cut(c, axis, 0))) continue;
      return cut(c, axis, 0);
    }
  }
  throw new Error(`no empty group of ${op.name} in ${ATTEMPTS} attempts`);
}

/** The case with another length of one axis of x, and parameters that had this length. */
function cut(c: Case, axis: number, length: number): Case {
  const before = c.inputs[0].shape[axis];
  const inputs = c.inputs.map(({ shape, data }, k): Tensor => {
    const cutShape = shape.map((l, a) => ((k === 0 && a === axis) || (k > 0 && l === before) ? length : l));
    return { shape: cutShape, data: data.slice(0, sizeOf(cutShape)) };
  });
  const [x] = inputs;
  const shaped = (tensor: Tensor): Tensor => ({
    shape: x.shape,
    data: tensor.data.slice(0, sizeOf(x.shape)),
  });
  return {
    ...c,
    program: {
      ...c.program,
      inputs: c.program.inputs.map((spec, k) => ({ ...spec, shape: inputs[k].shape })),
    },
    inputs,
    cotangents: c.cotangents.map(shaped),
    tags: ["shape:invalid"],
  };
}

function refuses(op: AnyOp, { inputs, program }: Case): boolean {
  const shapes: Shape[] = inputs.map((x) => x.shape);
  try {
    op.shape(shapes, program.nodes[0].attributes);
    return false;
  } catch (error) {
    if (error instanceof InvalidProgramError) return true;
    throw error;
  }
}
