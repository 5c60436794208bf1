/** Exact facts of the binary formats, and distances counted in their spacing. */

export type FloatType = "f32" | "f64";

export interface FloatFormat {
  readonly name: FloatType;
  /** Unit roundoff: half the spacing at 1. */
  readonly u: number;
  /** Smallest subnormal. */
  readonly eta: number;
  readonly smallestNormal: number;
  readonly largest: number;
  /** Round to nearest, ties to even. */
  round(x: number): number;
}

export const F32: FloatFormat = {
  name: "f32",
  u: 2 ** -24,
  eta: 2 ** -149,
  smallestNormal: 2 ** -126,
  largest: (2 - 2 ** -23) * 2 ** 127,
  round: Math.fround,
};

export const F64: FloatFormat = {
  name: "f64",
  u: 2 ** -53,
  eta: Number.MIN_VALUE,
  smallestNormal: 2 ** -1022,
  largest: Number.MAX_VALUE,
  round: (x) => x,
};

export const formatOf = (type: FloatType): FloatFormat => (type === "f32" ? F32 : F64);

const buffer = new ArrayBuffer(8);
const f64 = new Float64Array(buffer);
const i64 = new BigInt64Array(buffer);
const f32 = new Float32Array(buffer);
const i32 = new Int32Array(buffer);

const LOWEST_64 = -(2n ** 63n);
const LOWEST_32 = -(2 ** 31);

/** Position of x on the ordered line of doubles: neighbours differ by 1, and −0 and 0 share 0. */
export function ordinal64(x: number): bigint {
  f64[0] = x;
  const bits = i64[0];
  return bits < 0n ? LOWEST_64 - bits : bits;
}

/** The bits of a float32, as an unsigned integer. @example bits32(1) // 1065353216 */
export function bits32(x: number): number {
  f32[0] = x;
  return i32[0] >>> 0;
}

/** The float32 with these bits; the inverse of `bits32`. @example fromBits32(0x3f800000) // 1 */
export function fromBits32(bits: number): number {
  i32[0] = bits;
  return f32[0];
}

/** Position of a float32 on the ordered line of float32s. */
export function ordinal32(x: number): number {
  f32[0] = x;
  const bits = i32[0];
  return bits < 0 ? LOWEST_32 - bits : bits;
}

/** The float32 at a position of the ordered line; the inverse of `ordinal32` but for −0. */
export function fromOrdinal32(ordinal: number): number {
  i32[0] = ordinal < 0 ? LOWEST_32 - ordinal : ordinal;
  return f32[0];
}

/**
 * Number of steps of the format between two of its numbers; Infinity when exactly one is NaN, 0 when both are.
 *
 * @example ulpDistance(1, 1 + 2 ** -52, "f64") // 1
 */
export function ulpDistance(a: number, b: number, type: FloatType): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Infinity;
  if (type === "f32") return Math.abs(ordinal32(a) - ordinal32(b));
  const distance = ordinal64(a) - ordinal64(b);
  return Number(distance < 0n ? -distance : distance);
}

/** The next larger double. @example nextUp64(1) // 1.0000000000000002 */
export function nextUp64(x: number): number {
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x === 0) return Number.MIN_VALUE;
  f64[0] = x;
  i64[0] += x > 0 ? 1n : -1n;
  return f64[0];
}

export const nextDown64 = (x: number): number => -nextUp64(-x);

/** The next larger float32 of a float32. @example nextUp32(1) // 1.0000001192092896 */
export function nextUp32(x: number): number {
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x === 0) return F32.eta;
  f32[0] = x;
  i32[0] += x > 0 ? 1 : -1;
  return f32[0];
}

export const nextDown32 = (x: number): number => -nextUp32(-x);

export const nextUp = (x: number, type: FloatType): number => (type === "f32" ? nextUp32(x) : nextUp64(x));
export const nextDown = (x: number, type: FloatType): number => -nextUp(-x, type);

/** Spacing of the format at |x|, also in the subnormal range. @example ulp(1, "f32") // 1.1920928955078125e-7 */
export function ulp(x: number, type: FloatType): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < Infinity)) return NaN;
  const format = formatOf(type);
  if (magnitude >= format.largest) return format.largest - nextDown(format.largest, type);
  return nextUp(format.round(magnitude), type) - format.round(magnitude);
}

/** γ(n) = n·u / (1 − n·u), the usual bound for n successive roundings (Higham 2002, sec. 3.1). */
export function gamma(n: number, u: number): number {
  return (n * u) / (1 - n * u);
}

/** True when every bit agrees, so that −0 differs from 0 and a NaN equals only a NaN. */
export const sameBits = (a: number, b: number): boolean => Object.is(a, b);

/** C99 hexadecimal spelling, which shows the bits of a double exactly. @example hexFloat(1.5) // "0x1.8p+0" */
export function hexFloat(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  if (x === 0) return Object.is(x, -0) ? "-0x0p+0" : "0x0p+0";
  f64[0] = x;
  const bits = BigInt.asUintN(64, i64[0]);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const digits = (bits & 0xfffffffffffffn).toString(16).padStart(13, "0").replace(/0+$/, "");
  const power = exponent === 0 ? -1022 : exponent - 1023;
  return `${x < 0 ? "-" : ""}0x${exponent === 0 ? 0 : 1}${digits ? `.${digits}` : ""}p${power < 0 ? "" : "+"}${power}`;
}

/** Shortest decimal that reads back as the same number of the format. @example shortest(Math.fround(0.1), "f32") // "0.1" */
export function shortest(x: number, type: FloatType): string {
  if (Object.is(x, -0)) return "-0";
  if (type === "f64" || !Number.isFinite(x)) return String(x);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return String(short);
  }
  return String(Number(x.toPrecision(9)));
}
