import type { Algebra } from "../core/algebra.js";
import { describe, expect, it } from "vitest";
import { DOUBLES as DOUBLE } from "../core/numberAlgebra.js";
import { prove, type Rule } from "./prove.js";

const one = <T>(A: Algebra<T>): T => A.lift(1);
const sigmoidSlope: Rule = (A, x) => {
  const e = A.exp(A.toNumber(x) > 0 ? A.neg(x) : x);
  const d = A.add(one(A), e);
  return A.div(A.div(e, d), d);
};
const tanhSlope: Rule = (A, x) => {
  const c = A.cosh(x);
  return A.div(A.div(one(A), c), c);
};
const UNIT = { low: -1, high: 1 };

describe("a proof", () => {
  it("that 0 ≤ sigmoid′ ≤ ¼ for all reals, although ¼ is attained", () => {
    const proof = prove(sigmoidSlope, { low: 0, high: 0.25 });
    expect(proof.verdict).toBe("proved");
    expect(proof.boxes).toBeLessThan(200);
  });

  it("that 0 ≤ tanh′ ≤ 1 for all reals", () => {
    expect(prove(tanhSlope, { low: 0, high: 1 }).verdict).toBe("proved");
  });

  it("settles an attained extreme by the second derivative, whichever side the bound is on", () => {
    const cosine: Rule = (A, x) => A.add(A.cos(x), A.cos(x));
    // cos itself is at most 1 by construction; 1 − x²/2 + x⁴/24 is not.
    const bump: Rule = (A, x) => {
      const square = A.mul(x, x);
      return A.sub(A.lift(1), A.mul(square, A.sub(A.lift(0.5), A.div(square, A.lift(24)))));
    };
    expect(prove(cosine, { low: -2, high: 2 }, { domain: { low: -4, high: 4 } }).verdict).toBe("proved");
    expect(prove(bump, { low: -1, high: 1 }, { domain: { low: -3, high: 3 } }).verdict).toBe("proved");
    expect(prove((A, x) => A.neg(bump(A, x)), UNIT, { domain: { low: -3, high: 3 } }).verdict).toBe("proved");
  });

  it("says how far it goes where a tail cannot be told: x·e^−|x| is infinity times nothing", () => {
    const rule: Rule = (A, x) => A.mul(x, A.exp(A.toNumber(x) > 0 ? A.neg(x) : x));
    expect(prove(rule, { low: -0.4, high: 0.4 }).verdict).toBe("proved up to 1e301");
  });

  it("holds for kinks at which boxes begin", () => {
    const ramp: Rule = (A, x) => {
      const [low, high] = [A.lift(0), A.lift(6)];
      const raised = A.select(
        x,
        low,
        () => x,
        () => low,
        () => low,
      );
      return A.select(
        raised,
        high,
        () => high,
        () => raised,
        () => high,
      );
    };
    expect(prove(ramp, { low: 0, high: 6 }, { splits: [0, 6] }).verdict).toBe("proved");
  });
});

describe("a false claim", () => {
  it("is refuted at a point, with the value there", () => {
    const proof = prove(sigmoidSlope, { low: 0, high: 0.2499 });
    expect(proof.verdict).toBe("refuted");
    expect(proof.value!.low).toBeGreaterThan(0.2499);
    expect(sigmoidSlope(DOUBLE, proof.point!)).toBeGreaterThan(0.2499);
  });

  it("is never proved, however little is missing", () => {
    for (const slack of [2 ** -20, 2 ** -40, 2 ** -53]) {
      expect(prove(sigmoidSlope, { low: 0, high: 0.25 - slack }).verdict).toBe("refuted");
      expect(prove(tanhSlope, { low: 0, high: 1 - slack }).verdict).toBe("refuted");
    }
    // Its maximum lies at no double: sin′ there is 0, and the last few spacings cannot be told.
    const hidden: Rule = (A, x) => A.add(A.sin(x), A.constant("0.1"));
    expect(prove(hidden, { low: -1, high: 1.09 }, { domain: { low: 1, high: 2 } }).verdict).toBe("refuted");
  });

  it("is found although it is wrong on an interval of a millionth only", () => {
    const spike: Rule = (A, x) => {
      const t = A.mul(A.lift(1e6), A.sub(x, A.constant("0.7312345")));
      return A.div(one(A), A.add(one(A), A.mul(t, t)));
    };
    expect(prove(spike, { low: 0, high: 0.9 }, { domain: { low: 0, high: 1 } }).verdict).toBe("refuted");
    expect(prove(spike, { low: 0, high: 1.001 }, { domain: { low: 0, high: 1 } }).verdict).toBe("proved");
  });

  it("at a kink alone is refuted, where boxes without their ends see nothing", () => {
    const rule: Rule = (A, x) =>
      A.select(
        x,
        A.lift(0),
        () => A.lift(1),
        () => A.lift(1),
        () => A.lift(2),
      );
    expect(prove(rule, { low: 0, high: 1 })).toMatchObject({ verdict: "refuted", point: 0 });
  });
});

describe("what cannot be shown", () => {
  it("is not proved: the limit of boxes is an answer", () => {
    // x − x is 0, which enclosures cannot know where x is not the same object.
    const rule: Rule = (A, x) => A.sub(A.exp(x), A.mul(A.exp(x), A.lift(1)));
    const proof = prove(rule, { low: -1e-20, high: 1e-20 }, { domain: { low: 1, high: 2 }, mostBoxes: 500 });
    expect(proof.verdict).toBe("not proved");
    expect(proof.boxes).toBeGreaterThanOrEqual(500);
    expect(proof.value).toBeDefined();
  });

  it("is not proved by one of two formulas: |x − 1| by a choice at which no box begins", () => {
    const rule: Rule = (A, x) => {
      const d = A.sub(x, A.lift(1));
      return A.toNumber(d) > 0 ? d : A.neg(d);
    };
    const domain = { low: 0.1, high: 2.4 };
    expect(prove(rule, { low: 0.001, high: 1.4 }, { domain, mostBoxes: 500 }).verdict).not.toBe("proved");
    expect(prove(rule, { low: -0.2, high: 1.4 }, { domain }).verdict).toBe("proved");
    expect(prove(rule, { low: 0, high: 1.4 }, { domain, splits: [1] }).verdict).toBe("proved");
  });

  it("is a fault where doubles and enclosures contradict each other", () => {
    const rule: Rule = (A, x) =>
      A.toNumber(A.mul(x, x)) === 4 ? A.lift(7) : typeof x === "object" ? x : A.lift(9);
    expect(() => prove(rule, { low: 0, high: 8 }, { domain: { low: 1, high: 3 } })).toThrow(
      /outside of its enclosure/,
    );
  });
});
