import { exactly, hull, over, plus, square, times, type Enclosure } from "./enclosure.js";

export const TWO_OVER_ROOT_PI: Enclosure = { low: 1.1283791670955126, high: 1.1283791670955128 };
const ONE_OVER_ROOT_PI: Enclosure = { low: TWO_OVER_ROOT_PI.low / 2, high: TWO_OVER_ROOT_PI.high / 2 };

/**
 * erf x = (2/√π)·e^(−x²)·Σ 2ⁿ·x^(2n+1)/(2n + 1)!! (DLMF 7.6.2): each term is (2x²)/(2n + 1) of the last.
 *
 * @domain 0 ≤ x ≤ 2
 * @param gaussian e^(−x²)
 */
export function erfSeries(x: number, gaussian: Enclosure): Enclosure {
  const t = times(exactly(2), square(exactly(x)));
  let term = exactly(x);
  let total = term;
  // From n = 60 on each term is less than a tenth of the last, so that all the rest is less than it.
  for (let n = 1; n <= 60; n++) {
    term = over(times(term, t), exactly(2 * n + 1));
    total = plus(total, term);
  }
  return times(times(TWO_OVER_ROOT_PI, hull(total, plus(total, term))), gaussian);
}

/**
 * erfc x = e^(−x²)/√π · 1/(x + (1/2)/(x + 1/(x + …))) (DLMF 7.9.1). All parts are positive, so that the fraction cut off
 * at an even and at an odd level lies on both sides of it.
 *
 * @domain x ≥ 2
 * @param gaussian e^(−x²)
 */
export function erfcFraction(x: number, gaussian: Enclosure): Enclosure {
  if (x > 27.5) return { low: 0, high: Number.MIN_VALUE };
  const cut = (levels: number): Enclosure => {
    let fraction = exactly(x);
    for (let n = levels; n >= 1; n--) fraction = plus(exactly(x), over(exactly(n / 2), fraction));
    return over(ONE_OVER_ROOT_PI, fraction);
  };
  return times(hull(cut(90), cut(91)), gaussian);
}
