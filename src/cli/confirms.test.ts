import { describe, expect, it } from "vitest";
import { syntheticTrial } from "../../fixtures/records/syntheticLines.js";
import { reportTrial } from "../record/report.js";
import type { Judgement } from "../record/verdict.js";
import { confirmsTrial } from "./confirms.js";

const says = (judgement: Partial<Judgement>, output: string): boolean =>
  confirmsTrial(
    reportTrial.parse(syntheticTrial({ judgement: { ...syntheticTrial().judgement, ...judgement } })),
    output,
  );

const SUMMARY =
  "value[0]: float32 [167,24], mean 0.475, variance 0.0915, from -0.0499345175921917 to 0.99988, beginning with 0.377";

describe("what the snippet of a trial printed", () => {
  it.each<[Partial<Judgement>, string, boolean]>([
    // The number that is out of place, in float32 as it was judged.
    [{ got: -0.0499345175921917 }, SUMMARY, true],
    [{ got: -0.06 }, SUMMARY, false],
    // Of the shape nothing is taken for a number.
    [{ got: 24 }, SUMMARY, false],
    [{ got: 0.5, where: "value[1]" }, "value[0]: float32 [1] = [0.5]\nvalue[1]: float32 [1] = [0.25]", false],
    [{ got: 0.25, where: "value[1]" }, "value[0]: float32 [1] = [0.5]\nvalue[1]: float32 [1] = [0.25]", true],
    [{ got: "NaN" }, "value[0]: float32 [2] = [1,NaN]", true],
    [{ got: 1e-7 }, "value[0]: float32 [2] = [1e-7,3]", true],
    [{ got: 3, where: "gradient[0]" }, "value[0]: float32 [1] = [1]\ngradient of x0: [1] = [3]", true],
    // A verdict from many draws has no number of its own: one draw is all there is to show.
    [{ got: undefined }, SUMMARY, true],
    [{ got: undefined }, "TypeError: no such thing", false],
  ])("of %j is in %s: %s", (judgement, output, confirmed) => {
    expect(says(judgement, output)).toBe(confirmed);
  });

  it("is the error, in the library's own words", () => {
    const error = { verdict: "error", kind: "throws", got: undefined } as const;
    const own = "Error: shape (3) and previous (1) must match";
    expect(says({ ...error, reason: own }, `value[0]: float32 [1] = [1]\n${own}`)).toBe(true);
    expect(says({ ...error, reason: `when the order changes: ${own}` }, own)).toBe(true);
    expect(says({ ...error, reason: own }, "Error: something else")).toBe(false);
    expect(says({ ...error, reason: own }, "value[0]: float32 [1] = [1]")).toBe(false);
  });

  it("is nothing where the process died, and the end of one that hangs", () => {
    expect(says({ verdict: "crash", got: undefined }, "")).toBe(true);
    expect(says({ verdict: "timeout", got: undefined }, "(ended by SIGTERM)")).toBe(true);
    expect(says({ verdict: "timeout", got: undefined }, "")).toBe(false);
  });
});
