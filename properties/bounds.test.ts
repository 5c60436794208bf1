import { describe, expect, it } from "vitest";
import { MUTANTS } from "../fixtures/mutants/index.js";
import { judgeCase } from "../src/campaign/judgeCase.js";
import { plan } from "../src/campaign/plan.js";
import { catchMutant } from "../src/campaign/selfTest.js";
import { unitCases } from "../src/campaign/unitCases.js";
import { OPS } from "../src/ops/index.js";
import { inProcessSubject } from "../src/subjects/inProcess.js";
import { referenceAdapter } from "../src/subjects/reference.js";
import { bounds, provedBounds } from "./bounds.js";

const subjectOf = (precision: "f32" | "f64") =>
  inProcessSubject("reference", referenceAdapter({ precision }));

describe("bounds", () => {
  it.each(MUTANTS.filter(({ property }) => property.endsWith("bounds")))(
    "that $name leaves are missed by it, and by no right implementation",
    async (mutant) => {
      const own = [bounds, provedBounds].filter(({ name }) => name === mutant.property);
      expect((await catchMutant(mutant, { properties: own }, 1)).caughtBy).toEqual([mutant.property]);
      const right = { ...mutant, adapter: () => referenceAdapter() };
      expect((await catchMutant(right, { properties: own }, 1)).caughtBy).toEqual([]);
    },
  );

  it("see nothing of a derivative that is wrong and stays within them", async () => {
    const mutant = MUTANTS.find(({ name }) => name === "sigmoid-quarter-lost")!;
    expect((await catchMutant(mutant, { properties: [bounds] }, 1)).caughtBy).toEqual([]);
  });

  it("are proved for subjects whose rules are the records' own, and for no others", () => {
    const sigmoid = OPS.filter(({ name }) => name === "sigmoid");
    const planned = (precision: "f32" | "f64"): string[] =>
      plan("s", subjectOf(precision).hello, { properties: [bounds, provedBounds], ops: sigmoid }).units.map(
        ({ property }) => property.name,
      );
    expect(planned("f64")).toEqual(["calculus/bounds", "calculus/proved-bounds"]);
    expect(planned("f32")).toEqual(["calculus/bounds"]);
  });

  it("say how many boxes a proof took", async () => {
    const subject = subjectOf("f64");
    const ops = OPS.filter(({ name }) => name === "sigmoid");
    const [unit] = plan("s", subject.hello, { properties: [provedBounds], ops }).units;
    const [c] = unitCases(1, unit, 0, 1, subject.hello);
    const { verdict, evidence } = await judgeCase(unit.property.law, c, subject);
    expect(verdict).toBe("pass");
    expect(evidence?.join()).toMatch(/0 ≤ derivative ≤ 0.25: proved, \d+ boxes/);
  });
});
