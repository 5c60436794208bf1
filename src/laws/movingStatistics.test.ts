import { describe, expect, it } from "vitest";
import { layersBy, mapTyped } from "../../fixtures/mutants/objects/withObjects.js";
import { emptyBatch, kept, moving } from "../../properties/movingStatistics.js";
import { rate } from "../../properties/learningRate.js";
import { trialScenarios, conduct } from "../campaign/runTrial.js";
import { planTrials } from "../campaign/planTrials.js";
import type { TrialProperty } from "../campaign/trialProperty.js";
import type { Adapter } from "../subjects/adapter.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { referenceAdapter } from "../subjects/reference.js";

const OPTIONS = { seed: 20261201, runs: 6, needed: 1, alpha: 0 };

/** What is said of each scenario. */
async function told(property: TrialProperty, adapter: Adapter) {
  const subject = inProcessSubject("a subject", adapter);
  const { trials } = planTrials(subject.id, subject.hello, [property]);
  expect(trials).toHaveLength(1);
  const [trial] = trials;
  return Promise.all(
    [...trialScenarios(trial, OPTIONS)].map(
      async (scenario) => (await conduct(trial, scenario, 0, subject)).verdict,
    ),
  );
}

const each = (words: string) => expect.objectContaining({ does: expect.stringContaining(words) });

describe("what is said of a batch norm", () => {
  it("that does what it promises", async () => {
    for (const verdict of await told(moving, referenceAdapter())) {
      expect(verdict).toMatchObject({ verdict: "pass", does: expect.stringMatching(/^keeps [\d.]+ of its/) });
    }
    expect(await told(kept, referenceAdapter())).toContainEqual(each("leaves it as it is"));
    expect(await told(emptyBatch, referenceAdapter())).toContainEqual(each("refuses an empty batch"));
    expect(await told(rate, referenceAdapter())).toContainEqual(each("bit for bit"));
  });

  it("that moves in inference", async () => {
    const restless = layersBy({
      result: (result) => ({
        ...result,
        value: result.value?.map((y, k) => (k === 2 ? mapTyped(y, (v) => 2 * v) : y)),
      }),
    });
    for (const verdict of await told(kept, restless)) {
      expect(verdict).toMatchObject({ verdict: "fail", kind: "moving", where: "value[2]" });
      expect(verdict.does).toMatch(/^in inference, a moving variance of .* becomes/);
    }
  });

  it("that uses other statistics in inference", async () => {
    const other = layersBy({
      result: (result) => ({
        ...result,
        value: result.value?.map((y, k) => (k === 0 ? mapTyped(y, (v) => v + 1) : y)),
      }),
    });
    for (const verdict of await told(kept, other)) expect(verdict).toMatchObject({ verdict: "fail" });
  });

  it("that takes an empty batch", async () => {
    const reference = referenceAdapter();
    const lenient = (change: (v: number) => number): Adapter => ({
      hello: () => reference.hello(),
      snippet: () => "",
      evaluate: ({ inputs }) => ({
        value: [inputs[0], ...inputs.slice(-4, -2).map((x) => mapTyped(x, change))],
      }),
    });
    for (const verdict of await told(
      emptyBatch,
      lenient((v) => 0.99 * v),
    )) {
      expect(verdict).toMatchObject({ verdict: "accepted-invalid", kind: "accepts invalid" });
      expect(verdict.does).toMatch(/^accepts an empty batch, and makes .* of a kept /);
    }
    const still = await told(
      emptyBatch,
      lenient((v) => v),
    );
    expect(still).toContainEqual(each("and leaves what it keeps"));
  });
});
