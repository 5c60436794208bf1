import { describe, expect, it } from "vitest";
import { caseOf, row } from "../../fixtures/builders/caseOf.js";
import { syntheticFinding } from "../../fixtures/records/syntheticLines.js";
import { askGradient } from "../laws/law.js";
import { encodeCase } from "../record/case.js";
import { reportFinding, type ReportFinding } from "../record/report.js";
import type { Judgement } from "../record/verdict.js";
import { startSubject } from "../subjects/known.js";
import { confirmsFinding } from "./confirms.js";
import { runSnippets } from "./runSnippets.js";

const findingOf = (judgement: Judgement, where: string, snippet: string): ReportFinding => {
  const witness = encodeCase(
    caseOf("max", [row(2, 2)], { attributes: { axes: "all", keepdims: false }, dtype: "f32" }),
  );
  const finding = syntheticFinding({
    judgement,
    snippet,
    witness,
    signature: { op: "max@1", kind: judgement.kind ?? "", where },
  });
  return reportFinding.parse({ ...finding, ...finding.shown, op: "max@1" });
};

const tie: Judgement = {
  verdict: "fail",
  reason: "tied",
  kind: "tie",
  where: "gradient[0]",
  element: 0,
  got: 2,
};

describe("a snippet", () => {
  it("of TensorFlow.js runs with nothing but the library, and shows the fault", async () => {
    const subject = await startSubject("tfjs");
    const c = caseOf("max", [row(2, 2)], { attributes: { axes: "all", keepdims: false }, dtype: "f32" });
    const snippet = await subject.snippet(askGradient(c));
    await subject.close();
    expect(snippet).not.toContain("gradproof");
    const finding = findingOf(tie, "gradient[0]", snippet);
    const run = (await runSnippets([finding], confirmsFinding)).get(finding.id)!;
    expect(run.output).toContain("gradient of x0: [2] = [1,1]");
    expect(run.output).not.toContain("Hi, looks like");
    expect(run.confirms).toBe(true);
  }, 60_000);

  it("that throws is shown with its error, and without the place on this machine", async () => {
    const error: Judgement = {
      verdict: "error",
      reason: "TypeError: no such thing",
      kind: "throws",
      where: "gradient",
    };
    const finding = findingOf(
      error,
      "gradient",
      'console.log("before");\nthrow new TypeError("no such thing");\n',
    );
    const run = (await runSnippets([finding], confirmsFinding)).get(finding.id)!;
    expect(run).toEqual({ output: "before\nTypeError: no such thing", confirms: true });
  }, 60_000);
});

describe("what a snippet printed", () => {
  const wrong: Judgement = { ...tie, kind: "value", got: 0.1 };
  it.each<[Judgement, string, string, boolean]>([
    [wrong, "gradient[0]", "gradient of x0: [2] = [0.10000000149011612,3]", true],
    [wrong, "gradient[0]", "gradient of x0: [2] = [0.2,3]", false],
    [wrong, "gradient[0]", "value[0]: float32 [2] = [0.1,3]", false],
    [wrong, "hvp[0]", "Hessian-vector product of x0: [1] = [0.1]", true],
    [wrong, "hvp[0]", "Hessian-vector product of x0: [1] = [0.3]", false],
    [
      { verdict: "fail", reason: "", kind: "missing" },
      "hvp[0]",
      "Hessian-vector product of x0: Cannot",
      true,
    ],
    [
      { verdict: "fail", reason: "", kind: "missing" },
      "hvp[0]",
      "Hessian-vector product of x0: [1] = [1]",
      false,
    ],
    [wrong, "value[0]", "value[0]: float32 [2] = [0.1,3]", true],
    [tie, "gradient[0]", "gradient of x0: [2] = [1,1]", true],
    [tie, "gradient[0]", "gradient of x0: [2] = [0.5,0.5]", false],
    [{ ...wrong, got: "NaN", kind: "nan" }, "gradient[0]", "gradient of x0: [1] = [NaN]", true],
    [{ verdict: "timeout", reason: "no answer", kind: "timeout" }, "vjp", "(ended by SIGTERM)", true],
    [{ verdict: "timeout", reason: "no answer", kind: "timeout" }, "vjp", "Error: no such module", false],
    [
      { verdict: "error", reason: "Error: too bad", kind: "throws" },
      "gradient",
      "gradient of x0: [1] = [1]",
      false,
    ],
  ])("bears %j out, or not: %s %s", (judgement, where, output, says) => {
    expect(confirmsFinding(findingOf(judgement, where, ""), output)).toBe(says);
  });
});
