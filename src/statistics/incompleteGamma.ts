import { expMinusDeviance } from "./deviance.js";
import { exactSum } from "./doubleDouble.js";
import { stirlingError } from "./logGamma.js";
import { refuse, requireNonNegative } from "./requireDomain.js";
import { fromLower, fromUpper, type Logged, type Tails } from "./tails.js";

/** x^a·e^(−x)/Γ(a + 1) by the saddle point (Loader 2000): for whole a the probability of a under Poisson's law. */
export function poissonKernel(a: number, x: number): Logged {
  const { value, log } = expMinusDeviance(a, exactSum(x, -a));
  const scale = Math.exp(-stirlingError(a)) / Math.sqrt(2 * Math.PI * a);
  return { value: value * scale, log: log + Math.log(scale) };
}

/**
 * The regularised incomplete gamma functions P(a, x) and Q(a, x).
 *
 * Below a + 1 the series of positive terms of DLMF 8.11.4 for P, beyond it the continued fraction of DLMF 8.9.2 for Q.
 * Both take some 10·√a steps near a and few elsewhere.
 *
 * @domain a ≥ 1/2 (one degree of freedom), x ≥ 0
 * @error 2e-14 relative for a to 5e5 and tails down to 1e-300, against mpmath (fixtures/statistics)
 * @throws GradproofError `outside-domain`
 */
export function gammaTails(a: number, x: number): Tails {
  if (!(a >= 0.5 && a < Infinity)) refuse("the shape a", a, "finite numbers from 0.5 on");
  if (x === Infinity) return fromUpper({ value: 0, log: -Infinity });
  requireNonNegative("x of gammaTails", x);
  if (x === 0) return fromLower({ value: 0, log: -Infinity });
  const kernel = poissonKernel(a, x);
  const below = x < a + 1;
  const factor = below ? lowerSeries(a, x) : a * upperFraction(a, x);
  const tail = { value: kernel.value * factor, log: kernel.log + Math.log(factor) };
  return below ? fromLower(tail) : fromUpper(tail);
}

/** 1 + x/(a + 1) + x²/((a + 1)(a + 2)) + … */
function lowerSeries(a: number, x: number): number {
  let term = 1;
  let total = 1;
  for (let k = 1; term > total * 2 ** -56; k++) {
    term *= x / (a + k);
    total += term;
  }
  return total;
}

/** 1/(x + 1 − a − 1·(1 − a)/(x + 3 − a − 2·(2 − a)/(…))), by Lentz's method as Thompson and Barnett 1986 modified it. */
function upperFraction(a: number, x: number): number {
  let denominator = x + 1 - a;
  let c = Infinity;
  let d = 1 / denominator;
  let fraction = d;
  for (let k = 1; ; k++) {
    const numerator = -k * (k - a);
    denominator += 2;
    d = 1 / (numerator * d + denominator);
    c = denominator + numerator / c;
    const factor = c * d;
    fraction *= factor;
    if (Math.abs(factor - 1) < 2 ** -52) return fraction;
  }
}
