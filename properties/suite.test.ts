import { describe, expect, it } from "vitest";
import { plan } from "../src/campaign/plan.js";
import { planTrials } from "../src/campaign/planTrials.js";
import { firstWrong } from "../src/campaign/runTrial.js";
import { judgeCase } from "../src/campaign/judgeCase.js";
import { unitCases } from "../src/campaign/unitCases.js";
import { OPS } from "../src/ops/index.js";
import { VERDICTS } from "../src/record/verdict.js";
import { inProcessSubject } from "../src/subjects/inProcess.js";
import { referenceAdapter } from "../src/subjects/reference.js";
import { PROPERTIES, TRIALS } from "./index.js";

/** Printed with every failure, so that it can be drawn again. */
const SEED = 20261123;
/** Cases per cell: the suite guards the catalogue, campaigns give evidence. */
const RUNS = 3;

const SUBJECTS = {
  reference: () => referenceAdapter(),
  "reference-f32": () => referenceAdapter({ precision: "f32" }),
  "reference-f32-ftz": () => referenceAdapter({ precision: "f32", flush: true }),
} as const;

describe.each(Object.entries(SUBJECTS))("the catalogue on %s", (id, make) => {
  const subject = inProcessSubject(id, make());
  const { units } = plan(id, subject.hello, { properties: PROPERTIES, ops: OPS });

  it.each(
    PROPERTIES.filter(({ name }) => units.some((unit) => unit.property.name === name)).map(
      ({ name }) => name,
    ),
  )("%s holds for every op", async (name) => {
    const wrong: string[] = [];
    for (const unit of units.filter(({ property }) => property.name === name)) {
      for (const [i, c] of unitCases(SEED, unit, 0, RUNS, subject.hello).entries()) {
        const judgement = await judgeCase(unit.property.law, c, subject);
        if (VERDICTS[judgement.verdict].wrong || judgement.verdict === "protocol") {
          wrong.push(`${unit.id}/b0#${i} seed ${SEED}: ${judgement.verdict}, ${judgement.reason}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  const { trials } = planTrials(id, subject.hello, TRIALS);

  it.each(TRIALS.map(({ name }) => name))("%s holds for every object", async (name) => {
    const wrong: string[] = [];
    for (const trial of trials.filter(({ property }) => property.name === name)) {
      const options = { seed: SEED, runs: RUNS, needed: RUNS, alpha: 1e-9 };
      const { tried } = await firstWrong(trial, subject, options);
      if (tried) wrong.push(`${trial.id} seed ${SEED}: ${tried.verdict.reason}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe("the catalogue", () => {
  it("has names that can be typed, and says what and why", () => {
    for (const { name, statement, source } of [...PROPERTIES, ...TRIALS]) {
      expect(name).toMatch(/^[a-z]+\/[a-z]+(-[a-z]+)*$/);
      expect(statement).toMatch(/^[A-Z].{20,}\.$/);
      expect(source.length).toBeGreaterThan(5);
    }
    const names = [...PROPERTIES, ...TRIALS].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
