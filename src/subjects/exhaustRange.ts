import { GradproofError } from "../core/errors.js";
import { findOp } from "../ops/index.js";
import type { AnyOp } from "../ops/op.js";
import { singleOp } from "../program/program.js";
import {
  bitsAt,
  CELL,
  type ExhaustedQuantity,
  type ExhaustQuestion,
  type ExhaustStatistics,
} from "../record/exhaustion.js";
import { INCONSISTENT_TENSOR } from "../record/protocol.js";
import { showNumber } from "../record/verdict.js";
import type { Adapter, TypedTensor } from "./adapter.js";
import { exactElementwise } from "./exactElementwise.js";
import { QuantityTally } from "./quantityTally.js";
import type { Block } from "./sideTally.js";

/** Magnitudes asked at once: small enough for the caches, large enough for the library's overhead (measured). */
const BLOCK = 2 ** 13;

/** Results at some magnitudes and both signs. */
type Asked = Readonly<Record<ExhaustedQuantity, Block>>;

/**
 * Asks an adapter for value and derivative at every input of a range, and judges the answers where they are.
 *
 * @throws GradproofError when the answers are no results; whatever the adapter throws
 */
export async function exhaustRange(adapter: Adapter, question: ExhaustQuestion): Promise<ExhaustStatistics> {
  const { from, to } = question;
  const asker = new Asker(adapter, question);
  const atZero = await asker.ask(0, 1);
  const before = from > 0 ? await asker.ask(from - 1, 1) : undefined;
  const tally = (quantity: ExhaustedQuantity): QuantityTally =>
    new QuantityTally(question[quantity], atZero[quantity], before?.[quantity]);
  const tallies = { value: tally("value"), derivative: tally("derivative") };
  asker.kinks.length = 0;
  const firstCell = Math.floor(from / CELL);
  for (let first = from; first < to;) {
    const end = Math.min(to, (Math.floor(first / BLOCK) + 1) * BLOCK);
    const asked = await asker.ask(first, end - first);
    const cell = Math.floor(first / CELL) - firstCell;
    tallies.value.include(asked.value, cell);
    tallies.derivative.include(asked.derivative, cell);
    first = end;
  }
  return {
    inputs: 2 * (to - from),
    value: tallies.value.statistics(),
    derivative: tallies.derivative.statistics(),
    kinks: asker.kinks,
  };
}

class Asker {
  readonly kinks: ExhaustStatistics["kinks"] = [];
  private readonly op: AnyOp;
  private readonly kinkBits: ReadonlySet<number>;
  private ones = new Float32Array(0);

  constructor(
    private readonly adapter: Adapter,
    private readonly question: ExhaustQuestion,
  ) {
    this.op = findOp(question.op);
    this.kinkBits = new Set(question.kinks);
  }

  async ask(first: number, n: number): Promise<Asked> {
    const { attributes } = this.question;
    const x = inputsAt(first, n);
    const shape = [2 * n];
    if (this.ones.length !== 2 * n) this.ones = new Float32Array(2 * n).fill(1);
    const { value, grads } = await this.adapter.evaluate({
      program: singleOp(this.op, [shape], attributes),
      mode: "vjp",
      inputs: [{ shape, data: x }],
      wrt: [0],
      seeds: [{ shape, data: this.ones }],
      want: ["value", "grads"],
      bulk: true,
    });
    const exact = exactElementwise(this.op, attributes, Float64Array.from(x));
    const asked = {
      value: blockOf(first, exact.value, resultOf(value, "value", 2 * n)),
      derivative: blockOf(first, exact.derivative, resultOf(grads, "gradient", 2 * n)),
    };
    this.takeOutKinks(first, n, asked.derivative);
    return asked;
  }

  /** A kink's derivative is a choice: what came is noted, and nothing compared, which NaN on both sides does. */
  private takeOutKinks(first: number, n: number, { exact, rounded, got }: Block): void {
    for (const bits of this.kinkBits) {
      const i = (bits & 0x7fffffff) - first;
      if (i < 0 || i >= n) continue;
      const at = (bits >>> 31) * n + i;
      this.kinks.push({ bits, got: showNumber(got[at]), exact: showNumber(exact[at]) });
      exact[at] = NaN;
      rounded[at] = NaN;
      got[at] = NaN;
    }
  }
}

function inputsAt(first: number, n: number): Float32Array {
  const bits = new Uint32Array(2 * n);
  for (let i = 0; i < n; i++) {
    bits[i] = first + i;
    bits[n + i] = bitsAt(first + i, 1);
  }
  return new Float32Array(bits.buffer);
}

const blockOf = (first: number, exact: Float64Array, got: Float32Array): Block => ({
  first,
  exact,
  rounded: new Float32Array(exact),
  got,
});

/** @throws GradproofError unless it is one float32 tensor of the input's size */
function resultOf(
  tensors: readonly (TypedTensor | null)[] | undefined,
  what: string,
  length: number,
): Float32Array {
  const data = tensors?.[0]?.data;
  if (!(data instanceof Float32Array) || data.length !== length) {
    const got = data ? `${data.length} numbers in a ${data.constructor.name}` : "nothing";
    throw new GradproofError(
      INCONSISTENT_TENSOR,
      `the ${what} of ${length} elements must be as many float32 numbers, got ${got}`,
    );
  }
  return data;
}
