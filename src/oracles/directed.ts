import { nextDown64, nextUp64 } from "../core/float.js";

/** +, −, ×, ÷ and √ of doubles, rounded down or up: exact results stay, the others move by one spacing at most. */

const SPLIT = 2 ** 27 + 1;
/** Between it and its inverse, no product of two numbers or of their parts over- or underflows. */
const MODERATE = 2 ** -400;

const LARGEST = Number.MAX_VALUE;

/** A lower bound that overflowed is at least the largest double, and an upper one may be anything. */
const below = (x: number): number => (x === Infinity ? LARGEST : nextDown64(x));
const above = (x: number): number => (x === -Infinity ? -LARGEST : nextUp64(x));

/** The bound of a result that was rounded to `nearest`, from the sign of what rounding left out. */
const down = (nearest: number, rest: number): number => (rest >= 0 ? nearest : below(nearest));
const up = (nearest: number, rest: number): number => (rest <= 0 ? nearest : above(nearest));

/** a + b − fl(a + b), exactly (Knuth 1998, sec. 4.2.2); NaN where the sum overflows. */
function restOfSum(a: number, b: number, s: number): number {
  const part = s - a;
  return a - (s - part) + (b - part);
}

/** a·b − fl(a·b), times a power of two (Dekker 1971); NaN where it cannot be told. */
function restOfProduct(a: number, b: number, p: number): number {
  if (a === 0 || b === 0) return 0;
  if (areModerate(a, b, p)) return dekker(a, b, p);
  const [ea, eb] = [exponentOf(a), exponentOf(b)];
  return isNormal(p) ? dekker(scale(a, -ea), scale(b, -eb), scale(p, -ea - eb)) : NaN;
}

/** The sign of a/b − fl(a/b); NaN where it cannot be told. */
function restOfQuotient(a: number, b: number, q: number): number {
  if (a === 0) return 0;
  if (areModerate(a, b, q)) return Math.sign(b) * (a - q * b - dekker(q, b, q * b));
  const [ea, eb] = [exponentOf(a), exponentOf(b)];
  return isNormal(q) ? restOfQuotient(scale(a, -ea), scale(b, -eb), scale(q, eb - ea)) : NaN;
}

/** The sign of √x − fl(√x). */
function restOfRoot(x: number, s: number): number {
  if (x === 0) return 0;
  if (areModerate(x, s)) return x - s * s - dekker(s, s, s * s);
  const e = exponentOf(s);
  return restOfRoot(scale(x, -2 * e), scale(s, -e));
}

/** a·b − p, exactly, for p = fl(a·b). */
function dekker(a: number, b: number, p: number): number {
  const [aHigh, bHigh] = [high(a), high(b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return aHigh * bHigh - p + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

function high(x: number): number {
  const scaled = SPLIT * x;
  return scaled - (scaled - x);
}

const areModerate = (...xs: number[]): boolean =>
  xs.every((x) => Math.abs(x) > MODERATE && Math.abs(x) < 1 / MODERATE);
const isNormal = (x: number): boolean => Math.abs(x) > 2 ** -1000 && Math.abs(x) < Infinity;
const exponentOf = (x: number): number => Math.floor(Math.log2(Math.abs(x)));
/** x·2^k, by two factors that are doubles. */
const scale = (x: number, k: number): number => x * 2 ** Math.trunc(k / 2) * 2 ** (k - Math.trunc(k / 2));

export const addDown = (a: number, b: number): number => sumOf(a, b, down, -Infinity);
export const addUp = (a: number, b: number): number => sumOf(a, b, up, Infinity);

/** Infinite ends mean "without end": they absorb. */
function sumOf(a: number, b: number, towards: typeof down, absorbing: number): number {
  if (a === absorbing || b === absorbing) return absorbing;
  const s = a + b;
  return towards(s, Math.abs(s) === Infinity ? NaN : restOfSum(a, b, s));
}

/** 0 times an infinite end is 0: no number of the interval is infinite. */
const product = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);
const isEndless = (...xs: number[]): boolean => xs.some((x) => Math.abs(x) === Infinity);

export function mulDown(a: number, b: number): number {
  const p = product(a, b);
  if (isEndless(a, b)) return p;
  return p === 0 ? underflowed(a, b) : down(p, restOfProduct(a, b, p));
}

export const mulUp = (a: number, b: number): number => -mulDown(-a, b);

/** The lower bound of a product or quotient that is rounded to 0. */
const underflowed = (a: number, b: number): number =>
  a === 0 || b === 0 || a < 0 === b < 0 ? 0 : -Number.MIN_VALUE;

/** @domain b ≠ 0 */
export function divDown(a: number, b: number): number {
  if (isEndless(a)) return isEndless(b) ? Math.min(0, Math.sign(a) * Math.sign(b) * Infinity) : a / b;
  if (isEndless(b)) return 0;
  const q = a / b;
  return q === 0 ? underflowed(a, b) : down(q, restOfQuotient(a, b, q));
}

/** @domain b ≠ 0 */
export const divUp = (a: number, b: number): number => -divDown(-a, b);

/** @domain x ≥ 0 */
export function sqrtDown(x: number): number {
  const s = Math.sqrt(x);
  return isEndless(x) ? s : Math.max(0, down(s, restOfRoot(x, s)));
}

/** @domain x ≥ 0 */
export function sqrtUp(x: number): number {
  const s = Math.sqrt(x);
  return isEndless(x) ? s : up(s, restOfRoot(x, s));
}
