import type { BigNumber } from "mathjs";
import { sumInOrder, type Algebra, type Intrinsic } from "../core/algebra.js";
import { shares } from "../core/numberAlgebra.js";
import { bigFunctions } from "./bigFunctions.js";

const UP = 2;
const DOWN = 3;
const NEAREST = 4;

/** mathjs' class of decimal numbers; each copy of it has a precision of its own. */
export interface BigNumbers {
  new (value: number | string | BigNumber): BigNumber;
  readonly precision: number;
  clone(config: { precision: number; rounding: typeof NEAREST }): BigNumbers;
  set(config: { rounding: typeof UP | typeof DOWN }): unknown;
  atan2(y: BigNumber, x: BigNumber): BigNumber;
}

/** Loads mathjs, which takes a second or so: only here, and only when it is asked for. */
export async function loadBigNumbers(digits: number): Promise<BigNumbers> {
  const { create, BigNumberDependencies } = await import("mathjs");
  const math = create({ BigNumberDependencies }, { number: "BigNumber" });
  // The class is there, although the declarations of mathjs leave it out.
  return withDigits((math as unknown as { BigNumber: BigNumbers }).BigNumber, digits);
}

/** The same class with another precision. */
export const withDigits = (C: BigNumbers, digits: number): BigNumbers =>
  C.clone({ precision: digits, rounding: NEAREST });

const double = new Float64Array(1);
const bits = new BigUint64Array(double.buffer);

/**
 * Every decimal digit of a double, as `mantissa·10^exponent`. A BigNumber made from the number itself goes through
 * `x.toString()`, which is only the shortest decimal that reads back as x.
 *
 * @example exactDecimal(2 ** -10) // "9765625e-10"
 */
export function exactDecimal(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  if (Number.isSafeInteger(x)) return Object.is(x, -0) ? "-0" : String(x);
  double[0] = Math.abs(x);
  const exponent = Number(bits[0] >> 52n);
  let mantissa = (bits[0] & (2n ** 52n - 1n)) + (exponent === 0 ? 0n : 2n ** 52n);
  let power = Math.max(exponent, 1) - 1075;
  for (; power < 0 && mantissa % 2n === 0n; power++) mantissa /= 2n;
  const sign = x < 0 ? "-" : "";
  // m·2^−k = m·5^k·10^−k
  return power >= 0
    ? `${sign}${mantissa * 2n ** BigInt(power)}`
    : `${sign}${mantissa * 5n ** BigInt(-power)}e${power}`;
}

/** A comparison as one pass met it. */
export interface BigSite {
  readonly outcome: string;
  readonly tied: boolean;
  /** What was compared; of a maximum, the largest ones. */
  readonly values: readonly BigNumber[];
}

/** Decimal digits that functions carry beyond those of their result. */
const GUARD = 6;

/**
 * Decimal numbers of many digits, in which each inexact result is rounded up or down as a coin falls. Two runs
 * with different coins differ by what rounding can do, cancellations and invisible terms included: an exact zero
 * that no coin moves is a true one. Comparisons are exact.
 *
 * @error one unit of the last digit per primitive
 */
export function bigNumbers(
  C: BigNumbers,
  coin: () => boolean,
  onSite: (site: BigSite) => void = () => {},
): Algebra<BigNumber> {
  const Fine = withDigits(C, C.precision + GUARD);
  const unit = new C(`1e${1 - C.precision}`);
  const above = unit.plus(1);
  const below = new C(1).minus(unit);

  /** Runs an operation whose result is rounded as the coin falls. */
  const shaken = (operation: () => BigNumber): BigNumber => {
    C.set({ rounding: coin() ? UP : DOWN });
    return operation();
  };
  /** Moves a result by its last digit, since one that looks exact need not be: tanh 200 is 1 to 170 digits. */
  const jittered = (y: BigNumber): BigNumber => shaken(() => new C(y).times(coin() ? above : below));
  /**
   * An argument for the functions. Small doubles have up to 767 digits, of which those beyond the guard move no
   * function by more than that near 0; in large ones every digit counts (the sine of 1e300).
   */
  const fine = (x: BigNumber): BigNumber => (x.e < 0 ? new Fine(x).plus(0) : new Fine(x));
  const intrinsic =
    (f: (x: BigNumber) => BigNumber) =>
    (x: BigNumber): BigNumber => {
      const y = f(fine(x));
      // Exact at 0, where all of them but acos and log are 0 or 1.
      return x.isZero() && y.isInteger() ? new C(y) : jittered(y);
    };

  const A: Algebra<BigNumber> = {
    ...(Object.fromEntries(
      Object.entries(bigFunctions(Fine)).map(([name, f]) => [name, intrinsic(f)]),
    ) as Record<Intrinsic, (x: BigNumber) => BigNumber>),
    constant: (decimal) => new C(decimal),
    lift: (x) => new C(exactDecimal(x)),
    array: (length) => Array.from<BigNumber>({ length }),
    toNumber: (x) => x.toNumber(),
    add: (a, b) => shaken(() => a.plus(b)),
    sub: (a, b) => shaken(() => a.minus(b)),
    mul: (a, b) => shaken(() => a.times(b)),
    div: (a, b) => shaken(() => a.div(b)),
    neg: (a) => a.neg(),
    sum: (terms) => sumInOrder(A, terms),
    sqrt: (x) => shaken(() => x.sqrt()),
    atan2: (y, x) => (y.isZero() && x.gt(0) ? y : jittered(Fine.atan2(fine(y), fine(x)))),
    pow(a, b) {
      const y = fine(a).pow(fine(b));
      return b.isZero() || a.eq(1) ? new C(y) : jittered(y);
    },
    select(a, b, greater, less, tie) {
      const outcome = a.gt(b) ? "greater" : a.lt(b) ? "less" : "tie";
      onSite({ outcome, tied: outcome === "tie", values: [a, b] });
      return outcome === "greater" ? greater() : outcome === "less" ? less() : tie();
    },
    argmax(xs) {
      const list = Array.from(xs);
      const top = list.reduce((best, x) => (x.gt(best) ? x : best));
      const members = list.flatMap((x, i) => (x.eq(top) ? [i] : []));
      onSite({ outcome: members.join(), tied: members.length > 1, values: members.map((i) => list[i]) });
      return shares(A, list.length, members);
    },
    floor(x) {
      const y = x.floor();
      onSite({ outcome: y.toString(), tied: y.eq(x), values: [x] });
      return y;
    },
  };
  return A;
}
