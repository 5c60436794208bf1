import { duals } from "../core/dual.js";
import { broadcastIndex, sizeOf } from "../core/shape.js";
import { dot, sum } from "../core/sum.js";
import { complexDirectional } from "../oracles/complexStep.js";
import { alignTangents } from "../oracles/directional.js";
import { flatten } from "../oracles/quantity.js";
import { watchful } from "../oracles/runningError.js";
import { SymbolicOracle } from "../oracles/symbolic.js";
import { evaluate } from "../program/evaluate.js";
import { unitTangents, type Dispute, type Word } from "./dispute.js";

/** What moves, and with which weights the outputs then count. */
function directionOf({ quantity, point, positions }: Dispute) {
  if (quantity === "gradient") {
    return { tangents: unitTangents(point, positions), weights: flatten(point.cotangents) };
  }
  const { program, tangents } = point;
  const weights = new Float64Array(sizeOf(program.shapes[program.outputs[0]]));
  for (const i of positions) weights[i] = 1;
  return { tangents, weights };
}

/** Numbers below this, but 0, may lose their step to its square. */
const LEAST = 1e-150;

const differentiatesOneOp = ({ quantity, point: { program } }: Dispute): boolean =>
  (quantity === "gradient" || quantity === "tangent") &&
  program.nodes.length === 1 &&
  program.outputs.length === 1 &&
  program.outputs[0] === program.inputs.length &&
  program.ops[0].elementwise === true;

/**
 * The word of a complex step through the meaning of a single elementwise op; undefined where it has none, or where a
 * comparison is closer than rounding can tell.
 *
 * @error as for dual numbers through the same meaning, which round where it rounds: four times their running error
 *   bound, and `atLeast`. Of 2949 derivatives of all elementwise ops, held against many digits, the 64 roundings of
 *   `rules in doubles` alone would not have covered four: at a close comparison, and where a meaning cancels.
 */
export function complexWord(dispute: Dispute, atLeast: number): Word | undefined {
  const { program, inputs } = dispute.point;
  const small = inputs.some(({ data }) => data.some((x) => x !== 0 && Math.abs(x) < LEAST));
  if (!differentiatesOneOp(dispute) || small) return undefined;
  const { tangents, weights } = directionOf(dispute);
  const running = runningBound(dispute);
  if (running === undefined) return undefined;
  const value = dot(flatten(complexDirectional(program, inputs, tangents)), weights);
  return { value, bound: Math.max(atLeast, 4 * running) };
}

/** What rounding can do to the derivative on its way through the meaning; undefined where it can turn a comparison. */
function runningBound(dispute: Dispute): number | undefined {
  const { program, inputs } = dispute.point;
  const { tangents, weights } = directionOf(dispute);
  const moving = alignTangents(program, tangents);
  const { A, undecided } = watchful();
  const values = evaluate(
    duals(A),
    program,
    inputs.map(({ shape, data }, k) => ({
      shape,
      data: Array.from(data, (x, i) => ({ v: A.lift(x), d: A.lift(moving[k]?.data[i] ?? 0) })),
    })),
  );
  const { data } = values[program.outputs[0]];
  const bound = weights.reduce((total, w, j) => total + (w === 0 ? 0 : Math.abs(w) * data[j].d.bound), 0);
  return undecided() ? undefined : bound;
}

/** More outputs than these are not looked at: each takes a millisecond. */
const MOST_OUTPUTS = 64;
/** Within these, 64 digits are enough for every formula, and its functions are quick. */
const [SMALLEST, LARGEST] = [1e-12, 100];

let loading: Promise<SymbolicOracle> | undefined;

/**
 * The word of the symbolic derivative of a single elementwise op; undefined where it has none.
 *
 * @domain inputs 0 or of ordinary size
 * @error its 64 digits are rounded to doubles, and summed: 1580 derivatives, none outside against many digits
 */
export async function symbolicWord(dispute: Dispute): Promise<Word | undefined> {
  if (!differentiatesOneOp(dispute)) return undefined;
  const { program, inputs } = dispute.point;
  const ordinary = inputs.every(({ data }) =>
    data.every((x) => x === 0 || (Math.abs(x) >= SMALLEST && Math.abs(x) <= LARGEST)),
  );
  const shape = program.shapes[program.outputs[0]];
  const size = sizeOf(shape);
  if (!ordinary || size > MOST_OUTPUTS) return undefined;
  const [{ attributes, inputs: read }] = program.nodes;
  const { tangents, weights } = directionOf(dispute);
  const moving = alignTangents(program, tangents);
  const at = read.map((k) => ({
    x: inputs[k],
    dx: moving[k],
    index: broadcastIndex(inputs[k].shape, shape),
  }));
  const points = Array.from({ length: size }, (_, j) => at.map(({ x, index }) => x.data[index[j]]));
  loading ??= SymbolicOracle.load();
  const slopes = (await loading).slopes(program.ops[0], attributes, points);
  if (!slopes) return undefined;
  // What does not move does not count, even where its slope is not finite.
  const terms = slopes.flatMap((row, j) =>
    row.map((slope, k) => {
      const factor = weights[j] * (at[k].dx?.data[at[k].index[j]] ?? 0);
      return factor === 0 ? 0 : slope * factor;
    }),
  );
  const magnitude = terms.reduce((all, term) => all + Math.abs(term), 0);
  return { value: sum(terms), bound: 4 * 2 ** -53 * magnitude, note: "64 digits" };
}
