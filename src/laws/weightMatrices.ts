import { formatOf, gamma } from "../core/float.js";
import type { Tensor } from "../core/tensor.js";
import { promisedLaw } from "../networks/promisedLaw.js";
import type { InitializerPromise } from "../record/promises.js";
import { digits, told } from "./initialization.js";
import type { Inquiry } from "./inquiry.js";
import { failure, PASS, type LawJudgement } from "./law.js";
import { askWeights, seedOf, shapeOf } from "./weightSamples.js";

/** What is promised of weights as a whole, and leaves nothing to chance. */

/** Every weight of a constant law is that constant, in the subject's format. */
export const constant = (promise: InitializerPromise): Inquiry =>
  function* (scenario) {
    const shape = shapeOf(scenario);
    const answer = yield* askWeights(scenario, { shape, seed: seedOf(scenario, 0) });
    if (!answer.ok) return answer.verdicted;
    const expected = formatOf(scenario.dtype).round(promisedLaw(promise, shape)!.mean);
    const { data } = answer.weights[0];
    const i = data.findIndex((w) => w !== expected);
    const does = `makes every weight ${i < 0 ? expected : data[i]}`;
    if (i < 0) return told(PASS, does);
    return told(
      failure("value", "value[0]", `a weight is ${data[i]} instead of ${expected}`, {
        element: i,
        got: data[i],
      }),
      does,
    );
  };

/** No two units of a random layer start with the same weights, or they would stay the same for ever. */
export const symmetryBreaking: Inquiry = function* (scenario) {
  const shape = shapeOf(scenario);
  const answer = yield* askWeights(scenario, { shape, seed: seedOf(scenario, 0) });
  if (!answer.ok) return answer.verdicted;
  const units = shape[shape.length - 1];
  const { data } = answer.weights[0];
  const seen = new Map<string, number>();
  for (let unit = 0; unit < units; unit++) {
    const weights = data.filter((_, i) => i % units === unit).join();
    const twin = seen.get(weights);
    if (twin !== undefined) {
      const reason = `units ${twin} and ${unit} of ${units} start with the same weights, and get the same gradients ever after`;
      return told(failure("value", "value[0]", reason), "draws equal units");
    }
    seen.set(weights, unit);
  }
  return told(PASS, `draws ${units} units that all differ`);
};

/** The matrix of a kernel: everything but the last axis is rows. */
const matrixOf = ({ shape, data }: Tensor): { rows: number; columns: number; data: Float64Array } => ({
  rows: data.length / shape[shape.length - 1],
  columns: shape[shape.length - 1],
  data,
});

/**
 * Columns, or rows where there are fewer of them, are orthogonal and gain long.
 *
 * A factorisation by n reflections or rotations is orthogonal within n^1.5 roundings (Higham 2002, sec. 19.3); ten times
 * that is allowed.
 */
export const orthogonal = (promise: InitializerPromise): Inquiry =>
  function* (scenario) {
    const answer = yield* askWeights(scenario, { shape: shapeOf(scenario), seed: seedOf(scenario, 0) });
    if (!answer.ok) return answer.verdicted;
    const { rows, columns, data } = matrixOf(answer.weights[0]);
    const tall = rows >= columns;
    const [count, length] = tall ? [columns, rows] : [rows, columns];
    const at = (vector: number, i: number): number =>
      tall ? data[i * columns + vector] : data[vector * columns + i];
    const { gain = 1 } = promise;
    const allowed = 10 * gamma(length ** 1.5, formatOf(scenario.dtype).u) * gain * gain;
    let worst = 0;
    for (let a = 0; a < count; a++) {
      for (let b = a; b < count; b++) {
        let product = 0;
        for (let i = 0; i < length; i++) product += at(a, i) * at(b, i);
        worst = Math.max(worst, Math.abs(product - (a === b ? gain * gain : 0)));
        if (Number.isNaN(product)) worst = Infinity;
      }
    }
    const what = tall ? "columns" : "rows";
    const facts = [
      {
        name: `largest deviation of the products of ${what}`,
        value: `${digits(worst)}, allowed ${digits(allowed)}`,
      },
    ];
    const does = `makes ${count} ${what} orthogonal and ${gain} long, within ${digits(worst)}`;
    const reason = `products of ${what} are ${digits(worst)} off those of orthogonal ones of length ${gain} (${rows} × ${columns})`;
    return told(worst <= allowed ? PASS : failure("value", "value[0]", reason), does, facts);
  };

/** Ones, times the gain, on the diagonal, and zeros beside it. */
export const identity = (promise: InitializerPromise): Inquiry =>
  function* (scenario) {
    const answer = yield* askWeights(scenario, { shape: shapeOf(scenario), seed: seedOf(scenario, 0) });
    if (!answer.ok) return answer.verdicted;
    const { columns, data } = matrixOf(answer.weights[0]);
    const gain = formatOf(scenario.dtype).round(promise.gain ?? 1);
    const i = data.findIndex((w, at) => w !== (Math.floor(at / columns) === at % columns ? gain : 0));
    return i < 0
      ? told(PASS, `makes the identity, ${gain} times`)
      : told(wrongEntry(data, i, columns), "makes another matrix than the identity");
  };

const wrongEntry = (data: Float64Array, i: number, columns: number): LawJudgement =>
  failure("value", "value[0]", `entry (${Math.floor(i / columns)}, ${i % columns}) is ${data[i]}`, {
    element: i,
    got: data[i],
  });
