import { describe, expect, it } from "vitest";
import { caseOf, caseOfProgram, precisionIn, row, scalar } from "../../fixtures/builders/caseOf.js";
import { drawCase } from "../arbitraries/drawCase.js";
import { drawProgram } from "../arbitraries/drawProgram.js";
import { DOUBLES, rounded, roundToNearest } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { askGradient, askHessian, askTangent, askValue, pointOf } from "../laws/law.js";
import { elementwise } from "../ops/elementwise.js";
import { OPS } from "../ops/index.js";
import { real } from "../ops/op.js";
import { ProgramBuilder } from "../program/builder.js";
import type { Case } from "../record/case.js";
import { NESTINGS } from "../record/protocol.js";
import { decodeTensor } from "../record/tensor.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { referenceAdapter, type ReferenceOptions } from "../subjects/reference.js";
import type { Subject } from "../subjects/subject.js";
import { assess, type Assessment } from "./assess.js";
import { Attainable } from "./attainable.js";
import { compute, type Quantity } from "./quantity.js";

const SEED = 20261123;
const F32 = precisionIn("f32");

const gradientOf = (c: Case, gx: Tensor): Assessment => assess("gradient", pointOf(c), [gx], F32);
const reasonOf = (quantity: Quantity, c: Case): string => {
  const tolerance = new Attainable(quantity, pointOf(c), F32).fullTolerance();
  return "undecidable" in tolerance ? tolerance.undecidable : "decided";
};

const ASK = { value: askValue, gradient: askGradient, tangent: askTangent, hvp: askHessian } as const;

/** What a reference of some precision answers. */
async function answersOf(c: Case, quantity: Quantity, subject: Subject): Promise<Tensor[]> {
  const outcome = await subject.evaluate(ASK[quantity](c));
  if (outcome.status !== "ok") throw new Error(JSON.stringify(outcome));
  const wires = quantity === "value" ? outcome.value : outcome.grads;
  return (wires ?? []).flatMap((wire) => (wire ? [decodeTensor(wire)] : []));
}

const subjectOf = (options: ReferenceOptions): Subject =>
  inProcessSubject("reference", referenceAdapter({ precision: "f32", ...options }));

/** A largest element, where an error is not hidden by larger terms. */
function largest(gradients: readonly Tensor[]): [Tensor, number] | undefined {
  let found: [Tensor, number] | undefined;
  for (const g of gradients) {
    g.data.forEach((x, i) => {
      if (x !== 0 && (!found || Math.abs(x) >= Math.abs(found[0].data[found[1]]))) found = [g, i];
    });
  }
  return found;
}

/** The verdicts on gradients of every op with an error in one element. */
async function verdictsOn(error: number): Promise<[string, Assessment["verdict"]][]> {
  const subject = subjectOf({ form: 0 });
  const verdicts: [string, Assessment["verdict"]][] = [];
  for (const op of OPS) {
    for (let i = 0; i < 4; i++) {
      const name = `planted ${op.name} ${i}`;
      const c = drawCase(new Stream(SEED, name), op, { dtype: "f32", region: "normal" });
      const got = await answersOf(c, "gradient", subject);
      const target = largest(got);
      if (!target) continue;
      const [g, element] = target;
      g.data[element] = Math.fround(g.data[element] * (1 + error));
      verdicts.push([name, assess("gradient", pointOf(c), got, F32).verdict]);
    }
  }
  expect(verdicts.length).toBeGreaterThan(200);
  return verdicts;
}

/** 1 − y², the slope of tanh, in float32. */
const textbookSlope = (x: number): Tensor => {
  const y = Math.fround(Math.tanh(x));
  return scalar(Math.fround(1 - Math.fround(y * y)));
};

const tanhAt = (x: number): Case => caseOf("tanh", [scalar(x)], { dtype: "f32" });
const expAt = (x: number): Case => caseOf("exp", [scalar(x)], { dtype: "f32" });

/** op(a·b − c), whose argument is 2⁻²⁶, and rounded float32s make it 0, 2⁻²³ or −2⁻²³. */
function crossing(op: string): { c: Case; b: number } {
  const builder = new ProgramBuilder();
  const [a, b, c] = [builder.input([]), builder.input([]), builder.input([])];
  const z = builder.apply("subtract", [builder.apply("multiply", [a, b]), c]);
  const program = builder.build(builder.apply(op, [z]));
  const x = 1 + 3 * 2 ** -13;
  return {
    c: caseOfProgram(program, [scalar(x), scalar(x), scalar(Math.fround(x * x))], { dtype: "f32" }),
    b: x,
  };
}

describe("correct float32 arithmetic", () => {
  const cases = [
    ...OPS.flatMap((op) =>
      Array.from({ length: 4 }, (_, i) => {
        const name = `accepted ${op.name} ${i}`;
        return { name, case: drawCase(new Stream(SEED, name), op, { dtype: "f32" }) };
      }),
    ),
    ...Array.from({ length: 40 }, (_, i) => {
      const name = `accepted program ${i}`;
      return { name, case: drawProgram(new Stream(SEED, name), { dtype: "f32", has: () => true }) };
    }),
  ];

  it.each<[string, ReferenceOptions, readonly string[]]>([
    ["in textbook form", { form: 1 }, ["pass", "convention", "inaccurate"]],
    ["in careful form", { form: 0 }, ["pass", "convention"]],
    ["with subnormals flushed", { form: 1, flush: true }, ["pass", "convention", "inaccurate"]],
  ])("%s is accepted wherever it can be judged", async (_name, options, accepted) => {
    const subject = subjectOf(options);
    const refused: string[] = [];
    let judged = 0;
    let undecided = 0;
    for (const { name, case: c } of cases) {
      for (const quantity of ["value", "gradient", "tangent"] as const) {
        const got = await answersOf(c, quantity, subject);
        const { verdict, reason } = assess(quantity, pointOf(c), got, precisionIn("f32", options.flush));
        judged++;
        if (verdict === "inconclusive") undecided++;
        else if (!accepted.includes(verdict)) refused.push(`${name}, ${quantity}: ${verdict}, ${reason}`);
      }
    }
    expect(refused).toEqual([]);
    expect(judged).toBeGreaterThan(900);
    expect(undecided).toBeLessThan(0.02 * judged);
  });
});

describe("a planted error", () => {
  it("of a relative 1e-4 in the gradient of one op is a failure", async () => {
    const verdicts = await verdictsOn(1e-4);
    expect(verdicts.filter(([, verdict]) => verdict !== "fail")).toEqual([]);
  });

  it("of 1e-5 is one too, but where correct arithmetic loses as much", async () => {
    const verdicts = await verdictsOn(1e-5);
    const others = verdicts.filter(([, verdict]) => verdict !== "fail");
    // A composed logsumexp leaves the rounding of its whole sum at the maximum; layerNorm of two numbers cancels.
    expect(others.length).toBeLessThan(0.02 * verdicts.length);
  });

  it("of 1e-7 is a failure in float64", () => {
    const c = caseOf("tanh", [row(0.3, -1.2)]);
    const [right] = compute(DOUBLES, "gradient", pointOf(c));
    const spoil = (error: number): Tensor => tensor([2], [right.data[0], right.data[1] * (1 + error)]);
    const verdicts = [0, 2e-16, 1e-12, 1e-7].map(
      (error) => assess("gradient", pointOf(c), [spoil(error)], precisionIn("f64")).verdict,
    );
    expect(verdicts).toEqual(["pass", "pass", "fail", "fail"]);
  });
});

describe("textbook forms", () => {
  it("are inaccurate where careful rules keep digits that they lose, and pass elsewhere", () => {
    const [moderate, saturated] = [0.5, 8].map((x) => gradientOf(tanhAt(x), textbookSlope(x)));
    expect(moderate).toMatchObject({ verdict: "pass" });
    expect(saturated).toMatchObject({ verdict: "inaccurate", kind: "rounding", result: 0, element: 0 });
    expect(saturated.errorOverAttainable).toBeGreaterThan(3);
  });

  it("are no excuse for a number that none of them gives", () => {
    const c = tanhAt(8);
    expect(gradientOf(c, scalar(1e-5))).toMatchObject({ verdict: "fail", kind: "value" });
    expect(gradientOf(c, scalar(-1e-6))).toMatchObject({ verdict: "fail", kind: "value" });
  });
});

describe("the range of the format", () => {
  it("ends where careful arithmetic overflows, and where the exact result does", () => {
    expect(reasonOf("value", expAt(88.5))).toBe("decided");
    expect(reasonOf("value", expAt(89))).toBe("range: careful arithmetic leaves the format's range");
    expect(reasonOf("gradient", expAt(800))).toBe("range: the exact result is not finite");
    const a = assess("value", pointOf(expAt(89)), [scalar(Infinity)], F32);
    expect(a).toMatchObject({ verdict: "inconclusive", reason: expect.stringMatching(/^range:/) });
  });

  it("does not excuse what is not finite inside it", () => {
    const c = tanhAt(0.5);
    expect(gradientOf(c, scalar(NaN))).toMatchObject({ verdict: "fail", kind: "nan" });
    expect(gradientOf(c, scalar(-Infinity))).toMatchObject({ verdict: "fail", kind: "infinite" });
  });
});

describe("comparisons that rounding cannot settle", () => {
  it("accept both sides of a kink, what lies between, and nothing else", () => {
    const { c, b } = crossing("relu");
    const at = (share: number): string =>
      assess("gradient", pointOf(c), [scalar(share * b), scalar(share * b), scalar(-share)], F32).verdict;
    expect([0, 1, 0.5].map(at)).toEqual(["pass", "pass", "pass"]);
    expect([1.01, -0.01, 2].map(at)).toEqual(["fail", "fail", "fail"]);
  });

  it("leave no derivative to judge at an exact jump, though the value is known there", () => {
    const cases = [
      caseOf("sign", [scalar(0)], { dtype: "f32" }),
      caseOf("floorDivide", [scalar(6), scalar(3)], { dtype: "f32" }),
      caseOf("mod", [scalar(-6), scalar(3)], { dtype: "f32" }),
    ];
    for (const c of cases) {
      expect(reasonOf("gradient", c)).toMatch(/^at a jump/);
      expect(reasonOf("tangent", c)).toMatch(/^at a jump/);
      expect(reasonOf("value", c)).toBe("decided");
    }
  });

  it("leave not even the value where a jump is crossed", () => {
    expect(reasonOf("value", crossing("sign").c)).toBe(
      "a jump (sign, floor) is closer than rounding can tell",
    );
  });
});

describe("second order in a textbook form", () => {
  it.each([
    ["softplus", -60],
    ["logSigmoid", 60],
    ["silu", -60],
    ["sigmoid", -60],
  ])("of %s is accepted whichever mode is taken of which", (op, x) => {
    const point = pointOf(caseOf(op, [scalar(x)], { dtype: "f32" }));
    const A = rounded(roundToNearest(F32.format));
    for (let form = 1; form <= point.program.ops[0].textbook.length; form++) {
      for (const nesting of NESTINGS) {
        const { verdict } = assess(
          "hvp",
          point,
          compute(A, "hvp", point, { form, nesting }) as Tensor[],
          F32,
        );
        expect(["pass", "inaccurate", "inconclusive"], `form ${form}, ${nesting}`).toContain(verdict);
      }
    }
  });
});

describe("a rule whose sites depend on outcomes", () => {
  it("is refused with their numbers, because no two of its passes can be compared", () => {
    const fickle = elementwise({
      name: "fickle",
      family: "tests",
      summary: "x², with a kink that only some roundings see",
      source: "none",
      inputs: { x: real },
      meaning: (A, [x]) => A.mul(x, x),
      jvp: (A, [dx], [x]) => A.mul(dx, A.add(x, x)),
      vjp(A, gy, [x], y) {
        const slope = (): typeof x => A.mul(gy, A.add(x, x));
        const exactSquare = A.toNumber(x) * A.toNumber(x);
        return [A.toNumber(y) === exactSquare ? slope() : A.select(x, A.lift(0), slope, slope, slope)];
      },
    });
    const c = caseOf("square", [scalar(1 / 3)], { dtype: "f32" });
    const p = { ...pointOf(c), program: { ...pointOf(c).program, ops: [fickle] } };
    expect(() => new Attainable("gradient", p, F32).fullTolerance()).toThrow(
      "a rule met 1 comparison sites instead of 0: sites must not depend on outcomes",
    );
  });
});
