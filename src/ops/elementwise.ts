import type { Algebra, Vector } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { broadcastIndex, broadcastShapes, sameShape, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray, Tensor } from "../core/tensor.js";
import type { Curve } from "./curve.js";
import {
  isDifferentiable,
  register,
  type AnyOp,
  type Attribute,
  type Attributes,
  type Bounds,
  type Domain,
  type DrawContext,
  type Input,
} from "./op.js";

/**
 * A rule about single elements, over any arithmetic.
 *
 * Where a rule asks `A.toNumber(x)` which of two formulas to use, both say the same function and one of them keeps
 * more digits there (e^−x overflows where e^x does not): a stabiliser, not a comparison site. Kinks and jumps are
 * sites, and go through `A.select`, `A.argmax` or `A.floor`; a rule and its textbook forms meet the same ones in the
 * same order, whatever their outcome.
 */
type Meaning<P> = <T>(A: Algebra<T>, xs: readonly T[], attributes: P) => T;
type Jvp<P> = <T>(A: Algebra<T>, dxs: readonly T[], xs: readonly T[], y: T, attributes: P) => T;
/** One cotangent per input, in order; those of inputs that are not differentiable are ignored. */
type Vjp<P> = <T>(A: Algebra<T>, gy: T, xs: readonly T[], y: T, attributes: P) => readonly T[];

export interface ElementwiseRecord<P extends Attributes> {
  readonly name: string;
  readonly version?: number;
  readonly family: string;
  readonly summary: string;
  readonly source: string;
  /** Name and domain of each input. */
  readonly inputs: Readonly<Record<string, Domain>>;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Values of the attributes; required when there are attributes. */
  readonly drawAttributes?: (context: DrawContext) => P;
  /** @throws InvalidProgramError when the attributes make no sense */
  readonly checkAttributes?: (attributes: P) => void;
  /** Simpler attributes, simplest first; repeated, it must come to an end. */
  readonly simpler?: (attributes: P) => P[];
  /** Points of the first input that are special because of the attributes. */
  readonly specials?: (attributes: P) => readonly number[];
  readonly kinks?: AnyOp["kinks"];
  /** Pairs of arguments that are meant; others are drawn again. Default: all within the domains. */
  readonly relation?: (...xs: number[]) => boolean;
  /** See `Op.bounds`. A function where they depend on the attributes. */
  readonly bounds?: Bounds | ((attributes: P) => Bounds);
  /** See `Op.curve`. A function where it depends on the attributes. */
  readonly curve?: Curve | ((attributes: P) => Curve);
  readonly meaning: Meaning<P>;
  readonly jvp: Jvp<P>;
  readonly vjp: Vjp<P>;
  readonly textbook?: readonly { readonly meaning?: Meaning<P>; readonly vjp?: Vjp<P> }[];
  /** The meaning in doubles, where a built-in does it at once. */
  readonly f64?: (...xs: number[]) => number;
  /** The derivative in doubles, of an op of one input without attributes, where every input is visited. */
  readonly f64Slope?: (x: number) => number;
}

/** Where each input of a broadcast op is read; null stands for "in order", the common case. */
function readers(shapes: readonly Shape[], to: Shape): (Int32Array | null)[] {
  return shapes.map((shape) => (sameShape(shape, to) ? null : broadcastIndex(shape, to)));
}

function mapElements<T>(
  A: Algebra<T>,
  xs: readonly NdArray<T>[],
  f: (elements: T[], i: number) => T,
): NdArray<T> {
  const shape = broadcastShapes(xs.map((x) => x.shape));
  const read = readers(
    xs.map((x) => x.shape),
    shape,
  );
  const data = A.array(sizeOf(shape));
  if (xs.length === 1) {
    const x = xs[0].data;
    for (let i = 0; i < data.length; i++) data[i] = f([x[i]], i);
    return { shape, data };
  }
  for (let i = 0; i < data.length; i++) {
    data[i] = f(
      xs.map((x, k) => x.data[read[k]?.[i] ?? i]),
      i,
    );
  }
  return { shape, data };
}

/** Adds up the cotangents of elements that broadcasting had read several times. */
export function reduceBroadcast<T>(
  A: Algebra<T>,
  partial: Vector<T>,
  read: Int32Array | null,
  shape: Shape,
): NdArray<T> {
  if (!read) return { shape, data: partial };
  const size = sizeOf(shape);
  const terms: T[][] = Array.from({ length: size }, () => []);
  for (let i = 0; i < read.length; i++) terms[read[i]].push(partial[i]);
  const data = A.array(size);
  for (let j = 0; j < size; j++) data[j] = A.sum(terms[j]);
  return { shape, data };
}

function vjpOf<P>(rule: Vjp<P>, inputs: readonly Input[]) {
  return <T>(
    A: Algebra<T>,
    gy: NdArray<T>,
    xs: readonly NdArray<T>[],
    y: NdArray<T>,
    attributes: P,
  ): (NdArray<T> | null)[] => {
    const read = readers(
      xs.map((x) => x.shape),
      y.shape,
    );
    if (inputs.length === 1 && isDifferentiable(inputs[0])) {
      const [{ shape, data: x }] = xs;
      const gx = A.array(x.length);
      for (let i = 0; i < gx.length; i++) [gx[i]] = rule(A, gy.data[i], [x[i]], y.data[i], attributes);
      return [{ shape, data: gx }];
    }
    const partial = inputs.map((input) => (isDifferentiable(input) ? A.array(y.data.length) : null));
    for (let i = 0; i < y.data.length; i++) {
      const elements = xs.map((x, k) => x.data[read[k]?.[i] ?? i]);
      const gx = rule(A, gy.data[i], elements, y.data[i], attributes);
      partial.forEach((p, k) => {
        if (p) p[i] = gx[k];
      });
    }
    return partial.map((p, k) => p && reduceBroadcast(A, p, read[k], xs[k].shape));
  };
}

const meaningOf =
  <P>(rule: Meaning<P>) =>
  <T>(A: Algebra<T>, xs: readonly NdArray<T>[], attributes: P): NdArray<T> =>
    mapElements(A, xs, (elements) => rule(A, elements, attributes));

/** An op that acts on each element by itself, with broadcasting; made from rules about single elements. */
export function elementwise<P extends Attributes = Record<string, never>>(
  record: ElementwiseRecord<P>,
): AnyOp {
  const inputs: Input[] = Object.entries(record.inputs).map(([name, domain]) => ({ name, domain }));
  const { f64, f64Slope, specials, simpler, bounds, curve } = record;
  return register<P>({
    name: record.name,
    version: record.version ?? 1,
    family: record.family,
    summary: record.summary,
    source: record.source,
    attributes: record.attributes ?? {},
    inputs: specials ? (_count, attributes) => withSpecials(inputs, specials(attributes)) : () => inputs,
    arity: { low: inputs.length, high: inputs.length },
    kinks: record.kinks ?? [],
    elementwise: true,
    relation: record.relation,
    ...(bounds && { bounds: typeof bounds === "function" ? bounds : () => bounds }),
    ...(curve && { curve: typeof curve === "function" ? curve : () => curve }),
    shape(shapes, attributes) {
      record.checkAttributes?.(attributes);
      return broadcastShapes(shapes);
    },
    draw: (context) => ({
      shapes: context.broadcast(inputs.length),
      attributes: record.drawAttributes?.(context) ?? ({} as P),
    }),
    ...(simpler && { simpler }),
    meaning: meaningOf(record.meaning),
    jvp<T>(
      A: Algebra<T>,
      dxs: readonly (NdArray<T> | null)[],
      xs: readonly NdArray<T>[],
      y: NdArray<T>,
      attributes: P,
    ) {
      const zero = A.lift(0);
      const read = readers(
        xs.map((x) => x.shape),
        y.shape,
      );
      return mapElements(A, xs, (elements, i) =>
        record.jvp(
          A,
          dxs.map((dx, k) => (dx ? dx.data[read[k]?.[i] ?? i] : zero)),
          elements,
          y.data[i],
          attributes,
        ),
      );
    },
    vjp: vjpOf(record.vjp, inputs),
    textbook: (record.textbook ?? []).map((form) => ({
      ...(form.meaning && { meaning: meaningOf(form.meaning) }),
      ...(form.vjp && { vjp: vjpOf(form.vjp, inputs) }),
    })),
    ...((f64 ?? f64Slope) && {
      kernels: {
        ...(f64 && { meaning: (xs) => elementwiseKernel(f64, xs) }),
        ...(f64Slope && { vjp: (gy, [x]) => [slopeKernel(f64Slope, gy, x)] }),
      },
    }),
  });
}

function withSpecials(inputs: readonly Input[], specials: readonly number[]): Input[] {
  const [{ name, domain }, ...others] = inputs;
  return [{ name, domain: { ...domain, specials: [...domain.specials, ...specials] } }, ...others];
}

/** @throws InvalidProgramError unless the attribute is a finite number */
export function checkNumber(name: string, value: unknown): void {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new InvalidProgramError(`${name} must be a finite number, got ${String(value)}`);
  }
}

/** @throws InvalidProgramError unless the attribute is a finite number above 0 */
export function checkPositive(name: string, value: unknown): void {
  checkNumber(name, value);
  if (!((value as number) > 0)) throw new InvalidProgramError(`${name} ${String(value)}: must be positive`);
}

/**
 * An attribute as a number of the arithmetic. It goes through its decimal digits, because that is how a user writes
 * it and a library rounds it: 0.2 is a fifth, and neither the double nor the float32 nearest to it.
 */
export const attribute = <T>(A: Algebra<T>, value: number): T => A.constant(String(value));

function elementwiseKernel(f: (...xs: number[]) => number, xs: readonly Tensor[]): Tensor {
  const shape = broadcastShapes(xs.map((x) => x.shape));
  const read = readers(
    xs.map((x) => x.shape),
    shape,
  );
  const data = new Float64Array(sizeOf(shape));
  if (xs.length === 1) {
    const x = xs[0].data;
    for (let i = 0; i < data.length; i++) data[i] = f(x[i]);
  } else if (xs.length === 2) {
    const [a, b] = xs;
    for (let i = 0; i < data.length; i++) data[i] = f(a.data[read[0]?.[i] ?? i], b.data[read[1]?.[i] ?? i]);
  } else {
    for (let i = 0; i < data.length; i++) data[i] = f(...xs.map((x, k) => x.data[read[k]?.[i] ?? i]));
  }
  return { shape, data };
}

function slopeKernel(slope: (x: number) => number, gy: Tensor, { shape, data: x }: Tensor): Tensor {
  const data = new Float64Array(x.length);
  for (let i = 0; i < data.length; i++) data[i] = gy.data[i] * slope(x[i]);
  return { shape, data };
}
