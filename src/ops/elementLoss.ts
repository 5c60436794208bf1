import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { sameShape, showShape, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import type { Average } from "./average.js";
import { drawShape } from "./drawShape.js";
import type { Rules } from "./linear.js";
import {
  drawReduction,
  reducedLossShape,
  reduceLosses,
  REDUCTION,
  simplerReduction,
  spreadCotangent,
  type LossAttributes,
} from "./lossReduction.js";
import {
  register,
  type AnyOp,
  type Attribute,
  type Attributes,
  type Domain,
  type DrawContext,
  type TextbookForm,
} from "./op.js";

/** The loss of one prediction and its target. */
type Loss<P> = <T>(A: Algebra<T>, prediction: T, target: T, attributes: P) => T;
/** Its tangent. */
type Tangent<P> = <T>(A: Algebra<T>, d: Pair<T>, at: Pair<T>, attributes: P) => T;
/** Its cotangents, for the prediction and for the target. */
type Cotangents<P> = <T>(A: Algebra<T>, g: T, prediction: T, target: T, attributes: P) => readonly [T, T];

interface Pair<T> {
  readonly prediction: T;
  readonly target: T;
}

export interface ElementLoss<Own extends Attributes> {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly domains: (attributes: Own) => { readonly prediction: Domain; readonly target: Domain };
  /** Attributes besides the reduction. */
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Values of them; required when there are any. */
  readonly drawAttributes?: (context: DrawContext) => Own;
  /** @throws InvalidProgramError when the attributes make no sense */
  readonly checkAttributes?: (attributes: Own) => void;
  /** Simpler values of them, simplest first. */
  readonly simpler?: (attributes: Own) => Own[];
  readonly kinks?: AnyOp["kinks"];
  readonly loss: Loss<Own>;
  readonly jvp: Tangent<Own>;
  readonly vjp: Cotangents<Own>;
  readonly textbook?: readonly { readonly loss?: Loss<Own>; readonly vjp?: Cotangents<Own> }[];
}

/** @throws InvalidProgramError when the two shapes differ */
export function equalShapes(name: string, [a, b]: readonly Shape[]): Shape {
  if (!sameShape(a, b)) {
    throw new InvalidProgramError(`${name} of ${showShape(a)} and ${showShape(b)}: the shapes must be equal`);
  }
  return a;
}

/** Where there is a mean, every axis holds something. */
export function drawLossShape(context: DrawContext, rank: number, nonEmpty: readonly number[]): number[] {
  const all = Array.from({ length: rank }, (_, axis) => axis);
  return drawShape(context, rank, context.classes.reduction === "mean" ? all : nonEmpty);
}

/** An op of predictions and targets that is a loss of each pair, added up or averaged or not. */
export function elementLoss<Own extends Attributes = Attributes>(record: ElementLoss<Own>): AnyOp {
  type P = Own & LossAttributes;
  const { name, simpler } = record;
  const rules = (
    average: Average,
    loss: Loss<Own>,
    vjp: Cotangents<Own>,
  ): Pick<Rules<P>, "meaning" | "vjp"> => ({
    meaning(A, xs, attributes) {
      const shape = equalShapes(
        name,
        xs.map((x) => x.shape),
      );
      reducedShape(shape, attributes);
      const [p, t] = xs;
      const losses = Array.from(p.data, (pi, i) => loss(A, pi, t.data[i], attributes));
      return reduceLosses(A, losses, shape, attributes, average);
    },
    vjp<T>(A: Algebra<T>, gy: NdArray<T>, [p, t]: readonly NdArray<T>[], _y: NdArray<T>, attributes: P) {
      const { shape } = p;
      const g = spreadCotangent(A, gy, sizeOf(shape), attributes, average);
      const prediction = A.array(g.length);
      const target = A.array(g.length);
      g.forEach((gi, i) => {
        [prediction[i], target[i]] = vjp(A, gi, p.data[i], t.data[i], attributes);
      });
      return [
        { shape, data: prediction },
        { shape, data: target },
      ];
    },
  });
  const reducedShape = (shape: Shape, attributes: P): Shape => {
    record.checkAttributes?.(attributes);
    return reducedLossShape(shape, attributes);
  };
  // Every way of writing the loss, and both other ways of rounding the mean.
  const forms = record.textbook ?? [];
  const textbook = Array.from({ length: Math.max(2, forms.length) }, (_, f): TextbookForm<P> => {
    const { loss = record.loss, vjp = record.vjp } = forms[f % forms.length] ?? {};
    return rules(f % 2 === 0 ? "reciprocal" : "termwise", loss, vjp);
  });
  return register<P>({
    name,
    version: 1,
    family: "losses",
    summary: `${record.summary}, summed or averaged over all elements or not`,
    source: record.source,
    attributes: { ...record.attributes, ...REDUCTION },
    arity: { low: 2, high: 2 },
    inputs(_count, attributes) {
      const { prediction, target } = record.domains(attributes);
      return [
        { name: "prediction", domain: prediction },
        { name: "target", domain: target },
      ];
    },
    kinks: record.kinks ?? [],
    shape: (shapes, attributes) => reducedShape(equalShapes(name, shapes), attributes),
    draw(context) {
      const shape = drawLossShape(context, context.rank(0, 3), []);
      const own = record.drawAttributes?.(context) ?? ({} as Own);
      return { shapes: [shape, shape], attributes: { ...own, ...drawReduction(context.classes) } };
    },
    simpler: (attributes) => [
      ...simplerReduction(attributes).map((reduction) => ({ ...attributes, ...reduction })),
      ...(simpler?.(attributes) ?? []).map((own) => ({ ...attributes, ...own })),
    ],
    ...rules("quotient", record.loss, record.vjp),
    jvp(A, [dp, dt], [p, t], _y, attributes) {
      const zero = A.lift(0);
      const moved = Array.from(p.data, (prediction, i) => {
        const d = { prediction: dp ? dp.data[i] : zero, target: dt ? dt.data[i] : zero };
        return record.jvp(A, d, { prediction, target: t.data[i] }, attributes);
      });
      return reduceLosses(A, moved, p.shape, attributes);
    },
    textbook,
  });
}
