import { isDifferentiable, type AnyOp } from "../ops/op.js";

/** What a program generator must know of an op beyond its record; everything else is measured where it is used. */
interface Hint {
  /** How often it is picked; ops without a hint have weight 1. */
  readonly weight?: number;
  /** Largest |x| at which an error of x is not multiplied by more than about 20. */
  readonly limit?: number;
}

/**
 * The only op names that the generator knows: conditioning limits of functions that grow exponentially, and ops whose
 * gradient is zero almost everywhere, after which nothing is left to see.
 */
const HINTS: Readonly<Record<string, Hint>> = {
  exp: { limit: 3 },
  expm1: { limit: 3 },
  sinh: { limit: 3 },
  cosh: { limit: 3 },
  prod: { limit: 2 },
  cumprod: { limit: 2 },
  sign: { weight: 0.1 },
  floorDivide: { weight: 0.1 },
};

export const hintOf = (op: AnyOp): Hint => HINTS[op.name] ?? {};

/** Families that reduce axes, and those whose members with two differentiable inputs are products and convolutions. */
const REDUCTIONS = "reductions";
const CONTRACTIONS: readonly string[] = ["linear algebra", "convolution and pooling"];

export const mayReduce = (op: AnyOp): boolean => op.family === REDUCTIONS;

/** Matrix products, convolutions, and what else multiplies its inputs by one another and adds up. */
export const isContraction = (op: AnyOp): boolean =>
  CONTRACTIONS.includes(op.family) &&
  op.arity.low >= 2 &&
  op.inputs(op.arity.low, {}).filter(isDifferentiable).length >= 2;

/** Functions whose results lie within (−1, 1): what follows them is not near the ends of its domain. */
const SQUASHING: readonly string[] = ["tanh", "sigmoid", "softsign"];

export const isSquashing = (op: AnyOp): boolean => SQUASHING.includes(op.name);

/** Elementwise functions of two numbers that may be anything: with them loose ends are joined. */
export const isBinary = (op: AnyOp): boolean => {
  const inputs = op.inputs(op.arity.low, {});
  return (
    op.elementwise === true &&
    inputs.length === 2 &&
    op.relation === undefined &&
    inputs.every(
      ({ domain }) => domain.type === "float" && domain.low === -Infinity && domain.high === Infinity,
    )
  );
};
