/** E f(z) of a standard normal z, by the trapezoidal rule: exact to the last digits for functions as smooth as these. */
function expectation(f: (z: number) => number): number {
  const step = 1 / 16;
  let total = 0;
  for (let k = -160; k <= 160; k++) total += Math.exp(-((k * step) ** 2) / 2) * f(k * step);
  return (total * step) / Math.sqrt(2 * Math.PI);
}

export interface RandomRecurrence {
  /** Deviation of the recurrent weights times the root of the number of units. */
  readonly recurrent: number;
  /** Deviation of what the inputs add to each sum, independent from step to step. */
  readonly input: number;
}

export interface SteadyState {
  /** Mean square of the sums, after many steps. */
  readonly size: number;
  /** Mean square by which a step back multiplies a gradient: χ₁. */
  readonly gain: number;
}

/**
 * What becomes of a wide random tanh network that noise drives (Chen, Pennington and Schoenholz 2018):
 * q = σ²·E tanh²(√q·z) + σᵤ², χ₁ = σ²·E tanh′(√q·z)². The logarithm of a gradient's length changes by ½ ln χ₁ a step.
 *
 * @example (Math.log(steadyState({ recurrent: 0.5, input: 0.5 }).gain) / 2).toFixed(4) // "-0.8813"
 */
export function steadyState({ recurrent, input }: RandomRecurrence): SteadyState {
  const variance = recurrent * recurrent;
  const next = (q: number): number =>
    variance * expectation((z) => Math.tanh(Math.sqrt(q) * z) ** 2) + input * input;
  let size = variance + input * input;
  // The map rises and is concave: from above it falls to its fixed point, each time by a part of what is left.
  for (let before = Infinity; size < before;) [before, size] = [size, next(size)];
  const slope = (z: number): number => 1 - Math.tanh(Math.sqrt(size) * z) ** 2;
  return { size, gain: variance * expectation((z) => slope(z) ** 2) };
}
