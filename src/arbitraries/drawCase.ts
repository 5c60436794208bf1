import { formatOf, type FloatType } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import type { Stream } from "../core/random.js";
import { broadcastIndex, broadcastShapes, sizeOf } from "../core/shape.js";
import type { NdArray, Tensor } from "../core/tensor.js";
import type { AnyOp, Domain } from "../ops/op.js";
import { evaluateDoubles } from "../program/evaluate.js";
import { check, differentiable, singleOp, type CheckedProgram } from "../program/program.js";
import { reverse } from "../program/reverse.js";
import type { Case } from "../record/case.js";
import { drawContext, shapeTags, type ShapeKind } from "./shapes.js";
import { drawDirection, drawRegion, drawTensor, type Region } from "./values.js";

/** What a case is to be like. */
export interface CaseSpec {
  readonly dtype: FloatType;
  readonly shapes?: ShapeKind;
  /** Only this region of inputs; default all, in their shares. */
  readonly region?: Region;
  /** The classes that attributes must take; the others are drawn. */
  readonly classes?: Readonly<Record<string, string>>;
}

/** How often inputs are drawn again when the exact results would leave the format's range. */
const ATTEMPTS = 6;

/** A random case of one op: a function of the stream alone. */
export function drawCase(stream: Stream, op: AnyOp, spec: CaseSpec): Case {
  const { dtype, shapes = "ordinary" } = spec;
  const classes: Record<string, string> = {};
  for (const [name, attribute] of Object.entries(op.attributes)) {
    classes[name] = spec.classes?.[name] ?? stream.pick(attribute.classes);
  }
  const draw = op.draw(drawContext(stream, shapes, classes));
  const program = check(singleOp(op, draw.shapes, draw.attributes));
  let region = spec.region ?? drawRegion(stream);
  let inputs: Tensor[] = [];
  let attempt = 0;
  do {
    // The last attempts are at ordinary numbers, where every op has finite results.
    if (attempt >= ATTEMPTS - 2) region = "normal";
    inputs = drawInputs(stream, op, program, draw.values, dtype, region);
  } while (++attempt < ATTEMPTS && !inRange(program, inputs, dtype, region));
  return finish(stream, program, inputs, dtype, [
    ...Object.entries(classes).map(([name, label]) => `${name}=${label}`),
    `region:${region}`,
    ...shapeTags(draw.shapes),
    ...(attempt > 1 ? ["drawn again: out of range"] : []),
  ]);
}

/** Adds directions to a program at a point. */
export function finish(
  stream: Stream,
  program: CheckedProgram,
  inputs: readonly Tensor[],
  dtype: FloatType,
  tags: readonly string[],
): Case {
  return {
    program: { inputs: program.inputs, nodes: program.nodes, outputs: program.outputs },
    dtype,
    inputs,
    cotangents: program.outputs.map((value) => drawDirection(stream, program.shapes[value], dtype)),
    tangents: differentiable(program).map((k) => drawDirection(stream, program.inputs[k].shape, dtype)),
    tags,
  };
}

function drawInputs(
  stream: Stream,
  op: AnyOp,
  program: CheckedProgram,
  values: readonly (readonly number[] | undefined)[] | undefined,
  dtype: FloatType,
  region: Region,
): Tensor[] {
  const specs = op.inputs(program.inputs.length, program.nodes[0].attributes);
  const inputs = program.inputs.map(({ shape }, k) => {
    const given = values?.[k];
    return given
      ? { shape, data: Float64Array.from(given) }
      : drawTensor(stream, shape, specs[k].domain, dtype, region);
  });
  if (region === "ties" && op.elementwise) {
    tieInputs(
      stream,
      inputs.filter((_, k) => isUnbounded(specs[k].domain)),
    );
  }
  if (op.relation)
    mendRelation(
      stream,
      op,
      inputs,
      specs.map((s) => s.domain),
      dtype,
      region,
    );
  return inputs;
}

const isUnbounded = ({ type, low, high }: Domain): boolean =>
  type === "float" && low === -Infinity && high === Infinity;

/** Half of the numbers of later inputs are taken from the first: a maximum of two bends where they are equal. */
function tieInputs(stream: Stream, [first, ...others]: readonly Tensor[]): void {
  for (const { data } of others) {
    for (let i = 0; i < data.length; i++) {
      if (first.data.length > 0 && stream.chance(0.5)) data[i] = stream.pick(Array.from(first.data));
    }
  }
}

/** Draws again the elements that meet in a tuple which is not meant, such as a division by zero. */
function mendRelation(
  stream: Stream,
  op: AnyOp,
  inputs: readonly Tensor[],
  domains: readonly Domain[],
  dtype: FloatType,
  region: Region,
): void {
  const shape = broadcastShapes(inputs.map((x) => x.shape));
  // Such numbers suit every op with a relation.
  const positive = (x: number): number => formatOf(dtype).round(Math.abs(x) + 0.5);
  // Where nothing meets, a rule may still divide by what would have met.
  if (sizeOf(shape) === 0) for (const { data } of inputs) data.forEach((x, i) => (data[i] = positive(x)));
  const read = inputs.map((x) => broadcastIndex(x.shape, shape));
  const holds = (i: number): boolean => op.relation!(...inputs.map((x, k) => x.data[read[k][i]]));
  for (let attempt = 0; attempt < 40; attempt++) {
    let clean = true;
    for (let i = 0; i < sizeOf(shape); i++) {
      if (holds(i)) continue;
      clean = false;
      inputs.forEach((x, k) => {
        x.data[read[k][i]] = drawTensor(
          stream,
          [],
          domains[k],
          dtype,
          attempt < 8 ? region : "normal",
        ).data[0];
        // A broadcast element must suit all its partners.
        if (attempt >= 16) x.data[read[k][i]] = positive(x.data[read[k][i]]);
      });
    }
    if (clean) return;
  }
}

/**
 * Values and gradients of the exact computation stay far inside the format; of inputs at its ends it is enough that
 * they stay inside.
 */
function inRange(
  program: CheckedProgram,
  inputs: readonly Tensor[],
  dtype: FloatType,
  region: Region,
): boolean {
  const { largest } = formatOf(dtype);
  const limit = region === "extremes" ? largest : Math.sqrt(largest);
  const fits = (x: NdArray<number> | null): boolean => {
    if (x) for (let i = 0; i < x.data.length; i++) if (!(Math.abs(x.data[i]) < limit)) return false;
    return true;
  };
  const values = evaluateDoubles(DOUBLES, program, inputs);
  if (!values.every(fits)) return false;
  const seeds = program.outputs.map((value) => ({
    shape: values[value].shape,
    data: new Float64Array(values[value].data.length).fill(1),
  }));
  return reverse(DOUBLES, program, values, seeds).every(fits);
}
