import type { AnyNumber } from "../record/verdict.js";

/** Numbers for people. Nothing here depends on the locale or the clock, so that a report has the same bytes twice. */

const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ",");

/** @example showCount(20413) // "20,413" */
export const showCount = (n: number): string => group(String(Math.round(n)));

/** @example showPlural(1, "case") // "1 case" */
export const showPlural = (n: number, one: string, many = `${one}s`): string =>
  `${showCount(n)} ${n === 1 ? one : many}`;

/**
 * A measured number, to two or three digits.
 *
 * @error half a unit of the last digit shown
 * @example showMeasure(1.2849e-7) // "1.3e-7"
 */
export function showMeasure(x: AnyNumber | null): string {
  if (x === null) return "unknown";
  const value = Number(x);
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(1).replace("e+", "e").replace(".0e", "e");
  if (size >= 100) return `${value < 0 ? "−" : ""}${showCount(size)}`;
  return String(Number(value.toPrecision(2)));
}

/** @example showPercent(0.0234) // "2.3 %" */
export const showPercent = (share: number): string => `${showMeasure(share * 100)} %`;

/** Of a whole, rounded down: all is said only of all. @example showShare(999, 1000) // "99 %" */
export const showShare = (part: number, whole: number): string => `${Math.floor((100 * part) / whole)} %`;

/** @example showDuration(72_400) // "1 min 12 s" */
export function showDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** @example showTime("2026-11-23T17:45:12.345Z") // "2026-11-23 17:45 UTC" */
export function showTime(iso: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*Z$/.exec(iso);
  return parts ? `${parts[1]} ${parts[2]} UTC` : iso;
}

/** @example showMemory(612) // "612 MB" */
export const showMemory = (mb: number | null): string => (mb === null ? "unknown" : `${showCount(mb)} MB`);
