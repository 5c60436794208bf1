import type { Algebra } from "../core/algebra.js";

/**
 * Where the pixels of a resized axis lie on the axis that they are taken from: pixel r of the new one at r·from/to,
 * the first on the first and the last on the last, or with (r + ½)·from/to − ½ centre on centre.
 */
export type Coordinates = "asymmetric" | "alignCorners" | "halfPixel";
export const COORDINATES: readonly Coordinates[] = ["asymmetric", "alignCorners", "halfPixel"];

/** One axis that is resized from one number of pixels to another. */
export interface ResizedAxis {
  readonly from: number;
  readonly to: number;
  readonly coordinates: Coordinates;
}

/** A place between pixels as a fraction of whole numbers: nothing is rounded before the arithmetic comes in. */
interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

function positionOf({ from, to, coordinates }: ResizedAxis, r: number): Fraction {
  if (coordinates === "halfPixel") return { numerator: (2 * r + 1) * from - to, denominator: 2 * to };
  // A single pixel is the first corner.
  const aligned = coordinates === "alignCorners" && to > 1 ? 1 : 0;
  return { numerator: r * (from - aligned), denominator: to - aligned };
}

/**
 * The pixel that pixel r is taken from when there is no interpolation: the one at or before its position, or the
 * nearest one, the later of two.
 */
export function nearestPixel(axis: ResizedAxis, r: number): number {
  const { numerator, denominator } = positionOf(axis, r);
  return axis.coordinates === "asymmetric"
    ? Math.floor(numerator / denominator)
    : Math.floor((2 * numerator + denominator) / (2 * denominator));
}

/** Pixel r of the new axis, and a pixel of the old one that is at most one pixel away from its position. */
export interface Neighbour {
  readonly r: number;
  readonly pixel: number;
  /** How near, as a part of one pixel. */
  readonly nearness: Fraction;
}

/** All neighbours along an axis; positions beyond its ends count as the ends. */
export function neighboursOf(axis: ResizedAxis): Neighbour[] {
  const neighbours: Neighbour[] = [];
  for (let r = 0; r < axis.to; r++) {
    const { numerator, denominator } = positionOf(axis, r);
    const inside = Math.min(Math.max(numerator, 0), (axis.from - 1) * denominator);
    for (let pixel = 0; pixel < axis.from; pixel++) {
      const near = denominator - Math.abs(inside - pixel * denominator);
      // Nearness 0 is listed too: a position that was rounded may lie a little beyond it.
      if (near >= 0) neighbours.push({ r, pixel, nearness: { numerator: near, denominator } });
    }
  }
  return neighbours;
}

/** What a neighbour contributes, from its exact position: one division. */
export const exactWeight = <T>(A: Algebra<T>, { nearness }: Neighbour): T =>
  A.div(A.lift(nearness.numerator), A.lift(nearness.denominator));

/** The same from a position that was computed, which cancels where the neighbour is far. */
export function roundedWeight<T>(A: Algebra<T>, { r, pixel }: Neighbour, axis: ResizedAxis): T {
  const position = roundedPosition(A, axis, r);
  const at = A.lift(pixel);
  // Interpolation is continuous: on which side a rounded position lies changes the formula and not the function.
  const distance = A.toNumber(position) >= pixel ? A.sub(position, at) : A.sub(at, position);
  const near = A.sub(A.lift(1), distance);
  return A.toNumber(near) > 0 ? near : A.lift(0);
}

/** The position of pixel r as libraries compute it: by a scale that is rounded first. */
export function roundedPosition<T>(A: Algebra<T>, { from, to, coordinates }: ResizedAxis, r: number): T {
  const aligned = coordinates === "alignCorners" && to > 1 ? 1 : 0;
  const scale = A.div(A.lift(from - aligned), A.lift(to - aligned));
  const position =
    coordinates === "halfPixel" ? A.sub(A.mul(scale, A.lift(r + 0.5)), A.lift(0.5)) : A.mul(scale, A.lift(r));
  const inside = Math.min(Math.max(A.toNumber(position), 0), from - 1);
  return inside === A.toNumber(position) ? position : A.lift(inside);
}
