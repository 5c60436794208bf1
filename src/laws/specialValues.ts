import { rounded, roundToNearest } from "../core/numberAlgebra.js";
import { broadcastIndex } from "../core/shape.js";
import { compute, flatten, type Point } from "../oracles/quantity.js";
import type { Precision } from "../oracles/tolerance.js";
import type { Case } from "../record/case.js";
import type { Outcome } from "../record/protocol.js";
import {
  askGradient,
  failure,
  PASS,
  pointOf,
  readAnswer,
  undecided,
  type Law,
  type LawJudgement,
} from "./law.js";
import { curveOf, movedTo, opOf, withUnitCotangents, worse } from "./singleOp.js";

/** What is put in the place of every other number of one input. */
interface Special {
  readonly kind: "at NaN" | "at −∞" | "at ∞";
  readonly x: number;
  readonly input: number;
}

const isReplaced = (i: number): boolean => i % 2 === 0;

/**
 * NaN, and the infinities that the op has limits at. Of several inputs those that it is homogeneous in: the alpha of
 * prelu need not be read.
 */
function specialsOf(c: Case): Special[] {
  const { limits, homogeneous } = curveOf(c);
  const { op, attributes } = opOf(c);
  const inputs = op.inputs(c.inputs.length, attributes);
  const nans = inputs.flatMap(({ name }, input): Special[] =>
    inputs.length === 1 || homogeneous?.in.includes(name) ? [{ kind: "at NaN", x: NaN, input }] : [],
  );
  const infinities: Special[] = [
    { kind: "at −∞", x: -Infinity, input: 0 },
    { kind: "at ∞", x: Infinity, input: 0 },
  ];
  return [...nans, ...infinities.filter((_, side) => (limits?.value[side] ?? null) !== null)];
}

const withSpecial = (c: Case, { x, input }: Special): Case =>
  withUnitCotangents(movedTo(c, (value, k, i) => (k === input && isReplaced(i) ? x : value)));

/**
 * NaN in gives NaN out, and an infinity the limit; what stands beside them in the same tensor is not touched.
 *
 * The derivative at NaN is NaN too where it is computed. Where it is chosen by a comparison, many libraries take the
 * slope of some piece: that is a convention. What an accepted formula makes of an infinity (∞·0) is inaccurate.
 */
export const specialValues: Law = {
  name: "special values",
  modes: ["vjp"],
  requests: (c) => specialsOf(c).map((special) => askGradient(withSpecial(c, special))),
  shows: (c, { kind }) => {
    const special = specialsOf(c).find((each) => each.kind === kind);
    return special && askGradient(withSpecial(c, special));
  },
  judge(c, outcomes, precision) {
    return worse(
      specialsOf(c).map((special, s): LawJudgement => {
        const answer = readAnswer(c, outcomes[s], "vjp");
        if (!answer.ok) return answer.judgement;
        if (isWhole(outcomes[s])) return undecided("the value is wrong already: whole numbers hold no NaN");
        const at = new SpecialPoint(c, special, precision);
        const one = c.program.inputs.length === 1;
        return worse([
          at.judge("value", flatten(answer.value)),
          // With respect to one of several inputs, the gradient need not depend on what was replaced.
          ...(one ? [at.judge("gradient", flatten(answer.grads))] : []),
        ]);
      }),
    );
  },
};

/** Values of another dtype are a fault that the law of values tells. */
const isWhole = (outcome: Outcome): boolean =>
  outcome.status === "ok" && outcome.value?.some(({ dtype }) => dtype === "i32" || dtype === "bool") === true;

type Quantity = "value" | "gradient";

class SpecialPoint {
  private readonly point: Point;
  /** Which elements of the output depend on what was replaced. */
  private readonly touched: readonly boolean[];

  constructor(
    private readonly c: Case,
    private readonly special: Special,
    private readonly precision: Precision,
  ) {
    this.point = pointOf(withSpecial(c, special));
    const { program } = this.point;
    const read = broadcastIndex(program.inputs[special.input].shape, program.shapes[program.outputs[0]]);
    this.touched = Array.from(read, isReplaced);
  }

  judge(quantity: Quantity, got: Float64Array): LawJudgement {
    const forms = this.forms(quantity);
    return worse(
      Array.from(got, (y, i) =>
        this.touched[i] ? this.atSpecial(quantity, i, y, forms) : this.beside(quantity, i, y, forms),
      ),
    );
  }

  /** What the accepted formulas come to, the careful one first. */
  private forms(quantity: Quantity): Float64Array[] {
    const { format, flush } = this.precision;
    const A = rounded(roundToNearest(format, { flush }));
    const { textbook } = opOf(this.c).op;
    return Array.from({ length: 1 + textbook.length }, (_, form) =>
      flatten(compute(A, quantity, this.point, { form })),
    );
  }

  private atSpecial(quantity: Quantity, i: number, y: number, forms: readonly Float64Array[]): LawJudgement {
    const { kind, x } = this.special;
    if (Number.isNaN(x)) {
      if (Number.isNaN(y)) return PASS;
      if (quantity === "value") return this.wrong(quantity, i, y, NaN);
      // −x has the slope −1 whatever x is.
      if (forms.some((results) => results[i] === y)) return PASS;
      return this.isChosen() && Number.isFinite(y)
        ? { verdict: "convention", reason: `a derivative of ${y} ${kind}: that of a piece` }
        : this.wrong(quantity, i, y, NaN);
    }
    const limits = curveOf(this.c).limits!;
    const limit = limits[quantity === "value" ? "value" : "derivative"][x < 0 ? 0 : 1];
    if (limit === null) return PASS;
    // Two rounded constants and their product: three roundings, of scale·alpha for instance.
    if (y === limit || Math.abs(y - limit) <= 4 * this.precision.format.u * Math.abs(limit)) return PASS;
    const isFormula = forms.some((results) => Object.is(results[i], y));
    // A derivative is written in many ways, and any of them may have infinity times nothing in it.
    if (isFormula || (quantity === "gradient" && Number.isNaN(y))) {
      return {
        verdict: "inaccurate",
        kind,
        where: `${quantity}[0]`,
        element: i,
        reason: `${y} ${kind}: infinity times nothing, in a formula that is accepted`,
      };
    }
    return this.wrong(quantity, i, y, limit);
  }

  /** The numbers beside it are those of an ordinary point. */
  private beside(quantity: Quantity, i: number, y: number, forms: readonly Float64Array[]): LawJudgement {
    if (!Number.isNaN(y) || forms.some((results) => Number.isNaN(results[i]))) return PASS;
    const { kind } = this.special;
    const reason = `NaN at an ordinary number, since ${this.special.x} stands beside it`;
    return failure(kind, `${quantity}[0]`, reason, { element: i, got: y });
  }

  /** Kinks, or formulas that meet without one: a comparison decides which slope it is. */
  private isChosen(): boolean {
    return opOf(this.c).op.kinks.length > 0 || curveOf(this.c).joined === true;
  }

  private wrong(quantity: Quantity, i: number, got: number, expected: number): LawJudgement {
    const { kind } = this.special;
    const what = quantity === "value" ? "value" : "derivative";
    return failure(kind, `${quantity}[0]`, `a ${what} of ${got} ${kind} instead of ${expected}`, {
      element: i,
      got,
      expected: { low: expected, high: expected, value: expected },
    });
  }
}
