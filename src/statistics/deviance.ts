import { exactProduct, exactSum, type DoubleDouble } from "./doubleDouble.js";
import type { Logged } from "./tails.js";

/**
 * (x/a)^a·e^(a − x) for x = a + d: the exponential of minus the deviance a·log(a/x) + x − a (Loader 2000).
 *
 * Tails down to 1e-300 have deviances up to 700, whose rounding alone would cost 1e-13 of the result. Near a the
 * deviance is therefore computed to twice the digits; far from a the power is taken as a power.
 *
 * @domain a > 0, d > −a; d is given in two doubles, because x is a product or a difference
 * @error 2e-15 relative, of `log` 2e-15 relative (but for the digits lost where x → 0)
 */
export function expMinusDeviance(a: number, d: DoubleDouble): Logged {
  const ratio = d.high / (2 * a + d.high);
  return Math.abs(ratio) < 0.1 ? near(a, d) : far(a, d);
}

/**
 * With v = d/(2a + d) and log(x/a) = 2·(v + v³/3 + v⁵/5 + …), the deviance is d·v·(1 − (1 − v)·(v/3 + v³/5 + …)).
 */
function near(a: number, d: DoubleDouble): Logged {
  const total = exactSum(2 * a, d.high);
  const v = d.high / total.high;
  const back = exactProduct(v, total.high);
  // What v misses of d/(2a + d).
  const vRest = (d.high - back.high - back.low + d.low - v * (total.low + d.low)) / total.high;
  const lead = exactProduct(d.high, v);
  const v2 = v * v;
  // v¹⁵/17 is below 2⁻⁵³ of v/3.
  let odd = 0;
  for (let k = 17; k >= 3; k -= 2) odd = 1 / k + v2 * odd;
  const rest = lead.low + d.low * v + d.high * vRest - lead.high * (1 - v) * (v * odd);
  const { high, low } = exactSum(lead.high, rest);
  return { value: Math.exp(-high) * (1 - low), log: -high };
}

function far(a: number, d: DoubleDouble): Logged {
  const x = exactSum(a, d.high);
  const point = x.high + (x.low + d.low);
  const pointRest = x.high - point + (x.low + d.low);
  const ratio = point / a;
  const back = exactProduct(ratio, a);
  // The relative error of the ratio becomes a times as large in its power.
  const missing = (a * (point - back.high - back.low + pointRest)) / point;
  const log = a * Math.log(ratio) - d.high + missing;
  if (log < -760) return { value: 0, log };
  // Roots of both factors, so that neither leaves the range of doubles; their product is tiny, and its powers are the result.
  const largest = Math.max(a * Math.abs(Math.log(ratio)), Math.abs(d.high));
  let halvings = 0;
  while (largest > 600 * 2 ** halvings) halvings++;
  let value = Math.pow(ratio, a / 2 ** halvings) * Math.exp(-d.high / 2 ** halvings);
  for (let i = 0; i < halvings; i++) value *= value;
  return { value: value * (1 + missing - d.low), log };
}
