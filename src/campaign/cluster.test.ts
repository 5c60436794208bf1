import { describe, expect, it } from "vitest";
import { emptyWitness, syntheticFinding } from "../../fixtures/records/syntheticLines.js";
import { ofType, recordOf, sourceOf } from "../../fixtures/builders/campaignOf.js";
import { gradientsFrom } from "../../fixtures/builders/faulty.js";
import type { AnyOp } from "../ops/op.js";
import type { Cause, Factor, FaultClass } from "../record/fault.js";
import { referenceAdapter } from "../subjects/reference.js";
import { clusterKey, compatible, mayShow } from "./cluster.js";

const factor = (name: string, fails: string[], passes: string[]): Factor => ({
  name,
  fails,
  passes,
  cases: 2,
});
const finding = (name: FaultClass, where: string, factors: Factor[] = [], reason = "") =>
  syntheticFinding({
    fault: { class: name, detail: "" },
    signature: { op: "avgPool2d@1", kind: "value", where },
    factors,
    judgement: { verdict: "fail", reason },
  });
const explicit = factor("padding", ["explicit"], ["same"]);
const same = factor("padding", ["same"], ["explicit"]);

describe("findings of one fault", () => {
  it("are told by op, class and result", () => {
    const key = clusterKey(finding("sign", "gradient[0]"));
    expect(clusterKey(finding("sign", "gradient[0]"))).toBe(key);
    expect(clusterKey(finding("sign", "gradient[1]"))).not.toBe(key);
    expect(clusterKey(finding("zero", "gradient[0]"))).not.toBe(key);
    const cause: Cause = { kind: "held gradient", ops: ["tanh"], because: "" };
    const [missing, wrong] = (["missing", "wrong value"] as const).map((name) => finding(name, "hvp[0]"));
    expect(clusterKey(missing)).not.toBe(clusterKey(wrong));
    expect(clusterKey({ ...missing, cause })).toBe(clusterKey({ ...wrong, cause }));
    expect(clusterKey({ ...finding("sign", "gradient[0]"), subject: "other" })).not.toBe(key);
  });

  it("throw the same, but for the numbers and names of a case", () => {
    const says = (reason: string): string => clusterKey(finding("throws", "gradient", [], reason));
    expect(says("input 'a' has shape '1,2'")).toBe(says("input 'b' has shape ''"));
    expect(says("input 'a' has shape '1,2'")).not.toBe(says("cannot read dataId"));
  });

  it("throw or have a wrong shape, where the same attributes decide", () => {
    const threw = finding("throws", "value", [explicit], "negative length");
    const misshaped = finding("wrong shape", "value[0]", [explicit]);
    expect(clusterKey(threw)).toBe(clusterKey(misshaped));
    expect(clusterKey(finding("throws", "value"))).not.toBe(clusterKey(finding("wrong shape", "value[0]")));
  });

  it("have wrong numbers of any kind, where the same attributes decide", () => {
    const classes: FaultClass[] = ["wrong value", "zero", "overflow", "NaN"];
    const [first, ...others] = classes.map((name) => finding(name, "value[0]", [same]));
    for (const other of others) {
      expect(clusterKey(other)).toBe(clusterKey(first));
      expect(compatible(other, first)).toBe(true);
    }
    const elsewhere = finding("zero", "value[0]", [factor("strides", ["2"], ["1"])]);
    expect(compatible(elsewhere, first)).toBe(false);
    expect(clusterKey(finding("zero", "value[0]"))).not.toBe(clusterKey(finding("wrong value", "value[0]")));
    expect(clusterKey(finding("sign", "value[0]", [same]))).not.toBe(clusterKey(first));
  });

  it("need nothing that the other excludes", () => {
    const [a, b] = [explicit, same].map((padding) => finding("wrong value", "gradient[0]", [padding]));
    expect(compatible(a, a)).toBe(true);
    expect(compatible(a, b)).toBe(false);
    expect(compatible(a, finding("wrong value", "gradient[0]", [factor("strides", ["1"], [])]))).toBe(true);
    // Strides that either needs say that it is one fault after all.
    const strides = factor("strides", ["2"], ["1"]);
    const [c, d] = [explicit, same].map((padding) =>
      finding("wrong value", "gradient[0]", [padding, strides]),
    );
    expect(compatible(c, d)).toBe(true);
    // What passed with another class had elements.
    const empty = ([x]: Factor[]) => ({
      ...finding("wrong shape", "value[0]", [x]),
      witness: emptyWitness,
    });
    expect(compatible(empty([explicit]), empty([same]))).toBe(true);
    expect(mayShow(a, { tags: ["padding=explicit"] })).toBe(true);
    expect(mayShow(a, { tags: ["padding=same"] })).toBe(false);
  });
});

describe("a campaign", () => {
  it("explains what only a law about gradients saw by the gradient that is wrong", async () => {
    const nonlinear = (op: AnyOp): AnyOp => gradientsFrom(([g]) => [g.data.map(Math.abs)])(op);
    const subject = sourceOf("faulty", () =>
      referenceAdapter({ replace: (op) => (op.name === "tanh" ? nonlinear(op) : op) }),
    );
    const [found] = ofType(await recordOf([subject], { only: ["linearity/tanh"] }), "finding");
    expect(found).toMatchObject({
      property: "calculus/gradient",
      properties: ["calculus/linearity"],
      title: "tanh: gradient has the wrong sign",
    });
    expect(found.oracles.length).toBeGreaterThan(0);
  });
});
