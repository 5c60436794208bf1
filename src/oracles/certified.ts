import { INTRINSICS, sumInOrder, type Algebra, type Intrinsic, type Vector } from "../core/algebra.js";
import { nextDown64, nextUp64 } from "../core/float.js";
import { DOUBLES, INTRINSIC_FUNCTIONS } from "../core/numberAlgebra.js";
import { exactDecimal } from "./bigAlgebra.js";
import { ENCLOSED } from "./enclosedFunctions.js";
import {
  EVERYTHING,
  exactly,
  hull,
  isExact,
  minus,
  negative,
  over,
  plus,
  root,
  times,
  type Enclosure,
} from "./enclosure.js";

/**
 * An enclosure, rounded outward in every operation, and a double that stands for its numbers.
 *
 * For proofs about single ops. `interval.ts` is the hull over open choices of a gradient, in which data are points
 * and nothing is rounded outward: it is for tolerances, and proves nothing.
 */
export interface Certified extends Enclosure {
  /**
   * The result in doubles for one argument out of the set. Rules that ask `toNumber` which formula to take are answered
   * with it, so that all their choices are those of one argument.
   */
  readonly at: number;
  /** The ends are not among its numbers: the box of a proof, whose ends are looked at as points. */
  readonly open?: boolean;
}

export const certified = ({ low, high }: Enclosure, at: number, open = false): Certified =>
  open ? { low, high, at, open } : { low, high, at };

/** How often a comparison could not be told, and was answered by the hull of its branches. */
export interface Comparisons {
  untold: number;
}

/**
 * Certified enclosures: the result of a rule contains its value for every argument out of the sets that it was given.
 *
 * @domain where a rule chooses between formulas by `toNumber`, both must hold on the whole set, or the set must end
 *   where the choice changes: |x| is x on [0, 1] and −x on [−1, 0], and neither on [−1, 1]
 */
export function certifiedNumbers(comparisons: Comparisons = { untold: 0 }): Algebra<Certified> {
  const binary =
    (enclose: (a: Enclosure, b: Enclosure) => Enclosure, f: (a: number, b: number) => number) =>
    (a: Certified, b: Certified): Certified =>
      certified(enclose(a, b), f(a.at, b.at));
  /** The same of an operation under which open sets stay open: the other number is a point, and not 0. */
  const opening =
    (enclose: (a: Enclosure, b: Enclosure) => Enclosure, f: (a: number, b: number) => number) =>
    (a: Certified, b: Certified): Certified =>
      certified(enclose(a, b), f(a.at, b.at), (a.open && isPoint(b)) || (b.open && isPoint(a)));
  const unary =
    (enclose: (x: Enclosure) => Enclosure, f: (x: number) => number) =>
    (x: Certified): Certified =>
      certified(enclose(x), f(x.at));
  const point = (x: number): Certified => certified(exactly(x), x);

  const A: Algebra<Certified> = {
    constant: (decimal) => certified(enclosedDecimal(decimal), Number(decimal)),
    lift: point,
    array: (length) => Array.from<Certified>({ length }),
    toNumber: ({ at }) => at,
    add: opening(plus, DOUBLES.add),
    sub: opening(minus, DOUBLES.sub),
    mul: opening(times, DOUBLES.mul),
    div: (a, b) => certified(over(a, b), a.at / b.at, a.open && isPoint(b)),
    neg: (x) => certified(negative(x), -x.at, x.open),
    sum: (terms) => sumInOrder(A, terms),
    sqrt: unary(root, Math.sqrt),
    ...(Object.fromEntries(
      INTRINSICS.map((name) => [name, unary(ENCLOSED[name], INTRINSIC_FUNCTIONS[name])]),
    ) as Record<Intrinsic, (x: Certified) => Certified>),
    atan2: binary(angle, Math.atan2),
    pow: binary(power, Math.pow),
    select(a, b, greater, less, tie) {
      // A set without its ends does not touch what it ends at.
      const touch = !(a.open || b.open);
      const may = {
        greater: a.high > b.low,
        less: a.low < b.high,
        tie: touch ? a.low <= b.high && b.low <= a.high : a.low < b.high && b.low < a.high,
      };
      const branches: Certified[] = [];
      if (may.greater) branches.push(greater());
      if (may.less) branches.push(less());
      if (may.tie) branches.push(tie());
      if (branches.length > 1) comparisons.untold++;
      return branches.reduce((all, branch) => certified(hull(all, branch), all.at));
    },
    argmax(xs) {
      const least = Math.max(...Array.from(xs, ({ low }) => low));
      const mayWin = Array.from(xs, ({ high }) => high >= least);
      const alone = mayWin.filter(Boolean).length === 1;
      if (!alone) comparisons.untold++;
      const weights: Vector<Certified> = A.array(xs.length);
      const share: Enclosure = alone ? exactly(1) : { low: 0, high: 1 };
      mayWin.forEach((may, i) => {
        weights[i] = may ? certified(share, alone ? 1 : 0.5) : point(0);
      });
      return weights;
    },
    floor(x) {
      const y = { low: Math.floor(x.low), high: Math.floor(x.high) };
      if (!isExact(y)) comparisons.untold++;
      return certified(y, Math.floor(x.at));
    },
  };
  return A;
}

const isPoint = (x: Certified): boolean => isExact(x) && x.low !== 0;

/** Reading a decimal rounds to nearest: the number is the result, or between it and one of its neighbours. */
function enclosedDecimal(decimal: string): Enclosure {
  const x = Number(decimal);
  const [written, read] = [parts(decimal), parts(exactDecimal(x))];
  const least = Math.min(written.exponent, read.exponent);
  const whole = ({ digits, exponent }: typeof read): bigint => digits * 10n ** BigInt(exponent - least);
  const rest = whole(written) - whole(read);
  if (rest === 0n) return exactly(x);
  return rest > 0n ? { low: x, high: nextUp64(x) } : { low: nextDown64(x), high: x };
}

/** A decimal as digits·10^exponent. */
function parts(decimal: string): { digits: bigint; exponent: number } {
  const [mantissa, exponent = "0"] = decimal.split("e");
  const [whole, fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

const HALF_TURN: Enclosure = { low: -nextUp64(Math.PI), high: nextUp64(Math.PI) };

const angle = (y: Enclosure, x: Enclosure): Enclosure => (x.low > 0 ? ENCLOSED.atan(over(y, x)) : HALF_TURN);

/** e^(b·ln a) for a ≥ 0; of negative bases nothing is claimed. */
function power(a: Enclosure, b: Enclosure): Enclosure {
  if (isExact(b) && b.low === 0) return exactly(1);
  if (a.low < 0) return EVERYTHING;
  return ENCLOSED.exp(times(b, ENCLOSED.log(a)));
}
