import { erf } from "../core/erf.js";

/** Where truncated normal laws are cut off: every library that has one draws again beyond two deviations. */
export const CUT = 2;

/**
 * Standard deviation of a standard normal number that is drawn again while |z| > cut:
 * √(1 − 2·cut·φ(cut) / P(|z| ≤ cut)), φ the normal density.
 *
 * @domain cut > 0
 * @error a few roundings of 1, absolute, which count where cut is small: 1e-15 relative from cut 1 on
 * @example truncatedDeviation(2).toFixed(8) // "0.87962566"
 */
export function truncatedDeviation(cut: number): number {
  const density = Math.exp((-cut * cut) / 2) / Math.sqrt(2 * Math.PI);
  return Math.sqrt(1 - (2 * cut * density) / erf(cut / Math.SQRT2));
}
