import { expMinusDeviance } from "./deviance.js";
import { exactProduct, exactSum, type DoubleDouble } from "./doubleDouble.js";
import { stirlingError } from "./logGamma.js";
import { refuse } from "./requireDomain.js";
import { fromLower, fromUpper, type Logged, type Tails } from "./tails.js";

/** (a + b)·x − a: how far x is beyond the mean, without cancellation. */
function excess(x: number, a: number, b: number): DoubleDouble {
  const n = exactSum(a, b);
  const expected = exactProduct(n.high, x);
  const beyond = exactSum(expected.high, -a);
  return exactSum(beyond.high, beyond.low + expected.low + n.low * x);
}

/**
 * x^a·(1 − x)^b·Γ(a + b + 1)/(Γ(a + 1)·Γ(b + 1)) by the saddle point (Loader 2000): for whole a and b the probability
 * of a successes in a + b trials. 1 − x is never rounded.
 */
export function binomialKernel(x: number, a: number, b: number): Logged {
  const { high, low } = excess(x, a, b);
  const ofA = expMinusDeviance(a, { high, low });
  const ofB = expMinusDeviance(b, { high: -high, low: -low });
  const error = stirlingError(a + b) - stirlingError(a) - stirlingError(b);
  const scale = Math.exp(error) * Math.sqrt((a + b) / (2 * Math.PI) / a / b);
  return { value: ofA.value * ofB.value * scale, log: ofA.log + ofB.log + Math.log(scale) };
}

/**
 * The regularised incomplete beta functions Iₓ(a, b) and 1 − Iₓ(a, b).
 *
 * The continued fraction of Didonato and Morris 1992 (their equation 9) for the tail on whose side of the mean x is;
 * some 3·√(a + b) steps near the mean. The simpler one of DLMF 8.17.22 cancels where a and b are of different size.
 *
 * @domain 0 ≤ x ≤ 1; a, b ≥ 1/2. An x near 1 has lost digits of 1 − x: swap a, b and the tails, and give 1 − x
 * @error 3e-14 relative for a + b to 1e6 and tails down to 1e-300, against mpmath (fixtures/statistics)
 * @throws GradproofError `outside-domain`
 */
export function betaTails(x: number, a: number, b: number): Tails {
  if (!(x >= 0 && x <= 1)) refuse("x of betaTails", x, "numbers from 0 to 1");
  for (const shape of [a, b]) {
    if (!(shape >= 0.5 && shape < Infinity)) refuse("a shape", shape, "finite numbers from 0.5 on");
  }
  if (x === 0) return fromLower({ value: 0, log: -Infinity });
  if (x === 1) return fromUpper({ value: 0, log: -Infinity });
  const kernel = binomialKernel(x, a, b);
  const beyond = excess(x, a, b).high;
  const below = beyond <= 0;
  const factor = (a * (b / (a + b))) / (below ? fraction(-beyond, x, a, b) : fraction(beyond, 1 - x, b, a));
  const tail = { value: kernel.value * factor, log: kernel.log + Math.log(factor) };
  return below ? fromLower(tail) : fromUpper(tail);
}

/**
 * x^a·(1 − x)^b/(B(a, b)·Iₓ(a, b)) for x below the mean by `short` ≥ 0 in units of a, by Lentz's method as Thompson and
 * Barnett 1986 modified it.
 */
function fraction(short: number, x: number, a: number, b: number): number {
  let value = (a * (short + 1)) / (a + 1);
  let c = value;
  let d = 0;
  for (let k = 1; ; k++) {
    const odd = a + 2 * k - 1;
    const numerator = ((a + k - 1) / odd) * ((a + b + k - 1) / odd) * k * (b - k) * x * x;
    const denominator = k + (k * (b - k) * x) / odd + ((a + k) * (short + 1 + k * (2 - x))) / (a + 2 * k + 1);
    d = 1 / (denominator + numerator * d);
    c = denominator + numerator / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < 2 ** -52) return value;
  }
}
