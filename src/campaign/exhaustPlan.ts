import { bits32, F32, fromBits32 } from "../core/float.js";
import { Stream } from "../core/random.js";
import { filled } from "../core/tensor.js";
import { opId, type AnyOp, type Attributes } from "../ops/op.js";
import { Attainable } from "../oracles/attainable.js";
import type { Precision, Tolerance, Undecidable } from "../oracles/tolerance.js";
import { check, singleOp } from "../program/program.js";
import {
  bitsAt,
  CELL,
  INFINITE_MAGNITUDE,
  inputOrder,
  type CellTolerance,
  type ExhaustedQuantity,
  type ExhaustQuestion,
  type QuantityPlan,
} from "../record/exhaustion.js";
import { showNumber } from "../record/verdict.js";
import { exactElementwise } from "../subjects/exactElementwise.js";
import { inUlps, NOISE } from "../subjects/ulps.js";

/**
 * Magnitudes whose tolerances are derived together, from one start on that does not depend on how a range is cut:
 * the roundings of random rounding depend on what is computed with.
 */
export const GROUP = 2 ** 22;

const CELLS = GROUP / CELL;
const LARGEST = INFINITE_MAGNITUDE - 1;

type Both<T> = Readonly<Record<ExhaustedQuantity, T>>;
type Symmetry = QuantityPlan["symmetry"];
type Limits = QuantityPlan["limits"];

/** What is to be asked about one op, and what correct answers may look like. */
export class ExhaustPlan {
  readonly symmetry: Both<Symmetry>;
  readonly limits: Both<Limits>;
  readonly kinks: readonly number[];
  private group: { readonly number: number; readonly cells: Both<QuantityPlan["cells"]> } | undefined;

  constructor(
    readonly op: AnyOp,
    readonly attributes: Attributes,
    private readonly precision: Precision,
  ) {
    const both = <T>(f: (quantity: ExhaustedQuantity) => T): Both<T> => ({
      value: f("value"),
      derivative: f("derivative"),
    });
    this.symmetry = both((quantity) => this.symmetryOf(quantity));
    this.limits = both((quantity): Limits => [this.limitOf(quantity, 1), this.limitOf(quantity, -1)]);
    this.kinks = this.findKinks();
  }

  /** @param to in the same group as `from`, or its end */
  question(from: number, to: number): ExhaustQuestion {
    const number = Math.floor(from / GROUP);
    if (this.group?.number !== number) this.group = { number, cells: this.cellsOf(number) };
    const { cells } = this.group;
    const first = Math.floor(from / CELL) - number * CELLS;
    const last = Math.ceil(to / CELL) - number * CELLS;
    const planOf = (quantity: ExhaustedQuantity): QuantityPlan => ({
      symmetry: this.symmetry[quantity],
      limits: this.limits[quantity],
      cells: [cells[quantity][0].slice(first, last), cells[quantity][1].slice(first, last)],
    });
    return {
      op: opId(this.op),
      attributes: this.attributes,
      from,
      to,
      kinks: [...this.kinks],
      value: planOf("value"),
      derivative: planOf("derivative"),
    };
  }

  private exact(xs: readonly number[]) {
    return exactElementwise(this.op, this.attributes, Float64Array.from(xs));
  }

  /** What holds of f(x) and f(−x), to ten digits, at a few dozen points. */
  private symmetryOf(quantity: ExhaustedQuantity): Symmetry {
    // From 3·10⁻⁷ to 112, where no function that doubles hold overflows.
    const xs = Array.from({ length: 64 }, (_, i) => 1.37 ** (i - 48));
    const plus = this.exact(xs)[quantity];
    const minus = this.exact(xs.map((x) => -x))[quantity];
    if (plus.filter(Number.isFinite).length < 8) return null;
    const holds = (sign: 1 | -1): boolean =>
      plus.every((y, i) => Object.is(y, minus[i]) || Math.abs(y - sign * minus[i]) <= 1e-10 * Math.abs(y));
    return holds(1) ? "even" : holds(-1) ? "odd" : null;
  }

  /** What the rounded result stays at, from some size of the input on. */
  private limitOf(quantity: ExhaustedQuantity, sign: 1 | -1): Limits[number] {
    const far = [2 ** 100, 2 ** 120, F32.largest].map((x) => sign * x);
    const [first, ...others] = Array.from(this.exact(far)[quantity], Math.fround);
    if (Number.isNaN(first) || others.some((y) => y !== first)) return null;
    return showNumber(first === 0 ? 0 : first);
  }

  /** Among the points that the record names as special: where a derivative is a choice, or does not exist. */
  private findKinks(): number[] {
    const [{ domain }] = this.op.inputs(1, this.attributes);
    const bits = [0, ...domain.specials].flatMap((x) => [bits32(Math.fround(x)), bits32(Math.fround(-x))]);
    return [...new Set(bits)]
      .filter((b) => {
        const tolerance = this.attainable("derivative", [fromBits32(b)]);
        return "undecidable" in tolerance
          ? /jump|open comparison/.test(tolerance.undecidable)
          : tolerance.exactTies;
      })
      .sort(inputOrder);
  }

  private attainable(quantity: ExhaustedQuantity, xs: readonly number[]): Tolerance | Undecidable {
    const shape = [xs.length];
    const point = {
      program: check(singleOp(this.op, [shape], this.attributes)),
      inputs: [{ shape, data: Float64Array.from(xs) }],
      cotangents: [filled(shape, 1)],
      tangents: [filled(shape, 1)],
    };
    const of = quantity === "value" ? "value" : "gradient";
    return new Attainable(of, point, this.precision).fullTolerance();
  }

  private cellsOf(group: number): Both<QuantityPlan["cells"]> {
    const sides = [this.side(group, 0), this.side(group, 1)] as const;
    return {
      value: [sides[0].value, sides[1].value],
      derivative: [sides[0].derivative, sides[1].derivative],
    };
  }

  /** Tolerances and directions at the ends of each cell, and of one cell more on both sides. */
  private side(group: number, sign: 0 | 1): Both<CellTolerance[]> {
    const xs = Array.from({ length: CELLS + 3 }, (_, i) => {
      const magnitude = Math.min(LARGEST, Math.max(0, group * GROUP + (i - 1) * CELL));
      return fromBits32(bitsAt(magnitude, sign));
    });
    const exact = this.exact(xs);
    const cellsOf = (quantity: ExhaustedQuantity, directionAt: (i: number) => CellTolerance["direction"]) => {
      const ends = this.tolerances(quantity, xs, exact[quantity]);
      return Array.from({ length: CELLS }, (_, c): CellTolerance => {
        const [a, b] = [ends[c + 1], ends[c + 2]];
        return {
          careful: known(larger(a.careful, b.careful)),
          textbook: known(larger(a.textbook, b.textbook)),
          direction: directionAt(c + 1),
        };
      });
    };
    return {
      value: cellsOf("value", (i) => directionOfValue(exact, i)),
      derivative: cellsOf("derivative", (i) => directionOfDerivative(exact.derivative, i, sign)),
    };
  }

  /**
   * In ulps, at each point; NaN where nothing is known. What cannot be said of many points at once, because some of
   * them leave the range, is asked of fewer.
   */
  private tolerances(quantity: ExhaustedQuantity, xs: readonly number[], exact: Float64Array): Ends[] {
    const finite = xs.flatMap((x, i) => (Number.isFinite(Math.fround(exact[i])) ? { x, i } : []));
    const ends = xs.map((): Ends => ({ careful: NaN, textbook: NaN }));
    const fill = (points: readonly { readonly x: number; readonly i: number }[]): void => {
      if (points.length === 0) return;
      const tolerance = this.attainable(
        quantity,
        points.map(({ x }) => x),
      );
      const vague = "undecidable" in tolerance || tolerance.textbookOverflows;
      if (vague && points.length > 1) {
        const half = points.length >> 1;
        fill(points.slice(0, half));
        fill(points.slice(half));
      } else if (!("undecidable" in tolerance)) {
        points.forEach(({ i }, k) => {
          ends[i] = {
            careful: inUlps(tolerance.careful[k], exact[i]),
            textbook: tolerance.textbookOverflows ? Infinity : inUlps(tolerance.textbook[k], exact[i]),
          };
        });
      }
    };
    fill(finite);
    return ends;
  }
}

interface Ends {
  readonly careful: number;
  readonly textbook: number;
}

const known = (x: number): CellTolerance["careful"] => (Number.isNaN(x) ? null : showNumber(x));

const larger = (a: number, b: number): number => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b));

/** Between points i and i + 1, by the sign of the derivative at both. */
function directionOfValue({ value, derivative }: Both<Float64Array>, i: number): CellTolerance["direction"] {
  const [a, b] = [Math.sign(derivative[i]), Math.sign(derivative[i + 1])];
  if (a !== b) return null;
  if (a === 1) return 1;
  if (a === -1) return -1;
  return a === 0 && value[i] === value[i + 1] ? 0 : null;
}

/** Between points i and i + 1, if it is the same in the cells on both sides: no extremum is near. */
function directionOfDerivative(derivative: Float64Array, i: number, sign: 0 | 1): CellTolerance["direction"] {
  const changes = [i - 1, i, i + 1].map((j) => {
    const change = derivative[j + 1] - derivative[j];
    return Math.abs(change) > NOISE * Math.abs(derivative[j]) ? Math.sign(change) : change === 0 ? 0 : NaN;
  });
  const [first] = changes;
  if (Number.isNaN(first) || changes.some((change) => change !== first)) return null;
  return first === 0 ? 0 : first > 0 === (sign === 0) ? 1 : -1;
}

/** The attributes that the record draws first, made as simple as it can. */
export function simplestAttributes(op: AnyOp): Attributes {
  const classes = Object.fromEntries(
    Object.entries(op.attributes).map(
      ([
        name,
        {
          classes: [first],
        },
      ]) => [name, first],
    ),
  );
  let { attributes } = op.draw({
    stream: new Stream(1, `exhaust/${op.name}`),
    classes,
    length: () => 1,
    rank: (low) => low,
    broadcast: (count) => Array.from({ length: count }, () => [1]),
  });
  for (let next = op.simpler?.(attributes)[0]; next; next = op.simpler?.(attributes)[0]) attributes = next;
  return attributes;
}
