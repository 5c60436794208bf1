import { describe, expect, it } from "vitest";
import { failure, type LawJudgement } from "../laws/law.js";
import type { Testimony } from "../record/record.js";
import { adjudicate, REFERENCE_RULES } from "./adjudicate.js";

const wrong = failure("value", "gradient[0]", "outside");
const OWN = "the subject's own outputs, differenced";

const says = (oracle: string, word: Testimony["says"]): Testimony => ({
  oracle,
  value: "1",
  bound: "1.0e-9",
  says: word,
});
const against = (oracle: string): Testimony => says(oracle, "contradicts");
const withIt = (oracle: string): Testimony => says(oracle, "agrees");
const silent = (oracle: string): Testimony => says(oracle, "cannot tell");

describe("who is wrong", () => {
  it.each<[string, readonly Testimony[], boolean, RegExp]>([
    ["all oracles contradict", [against("rules"), against("duals")], true, /2 oracles \(rules; duals\)/],
    [
      "one does, the others cannot tell",
      [against("rules"), silent("duals")],
      true,
      /wrong: rules contradict/,
    ],
    ["one agrees", [against("rules"), withIt("duals")], false, /duals agrees with the subject, rules contr/],
    ["all agree", [withIt("rules"), withIt("duals")], false, /none contradicts it/],
    ["none can tell", [silent("rules"), silent("duals")], false, /none agrees with the subject, none contr/],
  ])("when %s", (_name, words, stands, because) => {
    const result = adjudicate(wrong, words);
    expect(result.stands).toBe(stands);
    expect(result.because).toMatch(because);
  });

  it("hears the subject's own outputs, which confirm but cannot acquit", () => {
    const confirmed = adjudicate(wrong, [against("rules"), against(OWN)]);
    expect(confirmed).toMatchObject({ stands: true });
    expect(confirmed.because).toMatch(/: rules contradict it.*Its own outputs, differenced, contradict/);
    const together = adjudicate(wrong, [against("rules"), withIt(OWN)]);
    expect(together).toMatchObject({ stands: true });
    expect(together.because).toMatch(/its forward pass and its gradient are wrong together/);
    expect(adjudicate(wrong, [against("rules"), silent(OWN)]).because).not.toMatch(/outputs/);
  });

  it("does not convict on the reference's own rules alone", () => {
    expect(adjudicate(wrong, [against(REFERENCE_RULES), silent("duals"), against(OWN)])).toMatchObject({
      stands: false,
    });
    expect(adjudicate(wrong, [against(REFERENCE_RULES), against("duals")])).toMatchObject({ stands: true });
  });

  it("does not convict on the subject's own outputs alone", () => {
    expect(adjudicate(wrong, [silent("rules"), silent("duals"), against(OWN)])).toMatchObject({
      stands: false,
    });
  });

  it.each<[LawJudgement, RegExp]>([
    [{ verdict: "error", kind: "throws", reason: "Error: no" }, /refusing it is its fault/],
    [{ verdict: "crash", kind: "crash", reason: "died" }, /in a new process, it did the same/],
    [{ verdict: "timeout", kind: "timeout", reason: "no answer" }, /in a new process, it did the same/],
    [failure("bits", "gradient[0]", "twice"), /Both answers are the subject's own/],
    [failure("order", "value[0]", "back"), /own answers contradict each other/],
    [failure("mirror", "value[0]", "back"), /own answers contradict each other/],
    [failure("identity between ops", "value[0]", "back"), /own answers contradict each other/],
    [failure("slope", "gradient[0]", "short"), /exact and needs no oracle/],
    [failure("missing", "gradient[0]", "none"), /exact and needs no oracle/],
    [failure("shape", "gradient[0]", "wrong"), /exact and needs no oracle/],
  ])("needs no oracle for %j", (judgement, because) => {
    const result = adjudicate(judgement, []);
    expect(result.stands).toBe(true);
    expect(result.because).toMatch(because);
  });

  it("does not ask oracles about an error, whatever they say", () => {
    const error: LawJudgement = { verdict: "error", kind: "throws", reason: "Error: no" };
    expect(adjudicate(error, [withIt("rules")])).toMatchObject({ stands: true });
  });
});
