import { describe, expect, it } from "vitest";
import {
  OBJECT_PROPERTIES,
  syntheticObjects,
  throwing,
  wrongNumber,
} from "../../fixtures/records/syntheticObjects.js";
import { syntheticTrial } from "../../fixtures/records/syntheticLines.js";
import { reportTrial } from "../record/report.js";
import type { LineOf } from "../record/record.js";
import { summarize } from "./summarize.js";
import { trialFaults } from "./trialFaults.js";
import { isWrongTrial } from "./trialRows.js";

const faultsOf = (...trials: LineOf<"trial">[]) =>
  trialFaults(
    trials.map((trial) => reportTrial.parse(trial)),
    OBJECT_PROPERTIES,
  );
const groupsOf = (...trials: LineOf<"trial">[]): string[][] =>
  faultsOf(...trials).map(({ lead, others }) => [lead, ...others].map(({ id }) => id));

const step = "optimizer/step";
const range = (id: string, target: string, source: string) =>
  syntheticTrial({ id, target, promise: { says: "uniform", source } });

describe("faults of objects", () => {
  it("are told once, by the property that says why the others are broken", () => {
    const mean = syntheticTrial({ id: "mean", property: "initialization/mean" });
    const [fault, ...rest] = faultsOf(mean, syntheticTrial());
    expect(rest).toEqual([]);
    expect(fault.lead.property).toBe("initialization/range");
    expect(fault.others.map(({ id }) => id)).toEqual(["mean"]);
    expect(fault.title).toBe("randomUniform: draws weights from -0.05 to 1");
  });

  it("of a property that presupposes no other one that is broken are faults of their own", () => {
    const own = [wrongNumber(step, "optimizer:adam"), wrongNumber("optimizer/order", "optimizer:adam")];
    expect(groupsOf(...own)).toEqual(own.map(({ id }) => [id]));
    const alone = syntheticTrial({ property: "initialization/mean" });
    expect(groupsOf(alone)).toEqual([[alone.id]]);
  });

  it("of what all objects have in common are one, however it shows", () => {
    const [fault, ...rest] = faultsOf(
      throwing("optimizer/order", "optimizer:adagrad", "Error: shape (3) and (1)"),
      wrongNumber("optimizer/order", "optimizer:adam"),
      throwing("optimizer/order", "optimizer:adamax", "Error: something else"),
    );
    expect(rest).toEqual([]);
    // A wrong number goes unnoticed, and an error does not.
    expect(fault.title).toBe("adam and 2 others: takes another step");
  });

  it("of different objects are different, where a property is of each by itself", () => {
    const two = [wrongNumber(step, "optimizer:adadelta"), wrongNumber(step, "optimizer:adam")].map(
      (trial, k) => ({
        ...trial,
        promise: { says: "the step of a paper", source: `https://example.org/${k}` },
      }),
    );
    expect(groupsOf(...two)).toHaveLength(2);
  });

  it("of one documented object in several configurations are one, where they show in the same way", () => {
    const source = "https://js.tensorflow.org/#initializers.randomUniform";
    const [from, to] = [
      range("from", "initializer:fromZero", source),
      range("to", "initializer:toZero", source),
    ];
    expect(groupsOf(from, to)).toEqual([["from", "to"]]);
    expect(groupsOf(from, range("to", "initializer:toZero", "https://elsewhere.org"))).toHaveLength(2);
    const nan = { ...to, judgement: { ...to.judgement, kind: "nan" } };
    expect(groupsOf(from, nan)).toHaveLength(2);
  });

  it("that throw the same are one, whatever numbers stand in the message; others are not", () => {
    const lstm = throwing("layer/gradient", "layer:lstm", "Error: shape (5,1) must match (3)");
    const gru = throwing("layer/gradient", "layer:gru", "Error: shape (2,7) must match (1)");
    const dense = throwing("layer/gradient", "layer:dense", "TypeError: cannot read 'dataId'");
    const conv = throwing("layer/gradient", "layer:conv2d", "TypeError: cannot read 'read'");
    expect(groupsOf(lstm, gru, dense, conv)).toEqual([[lstm.id, gru.id], [dense.id], [conv.id]]);
  });

  it("that throw are not put down to another error of the same object", () => {
    const value = throwing("layer/value", "layer:batchNorm", "TypeError: cannot read 'read'");
    const gradient = throwing("layer/gradient", "layer:batchNorm", "TypeError: cannot read 'dataId'");
    expect(groupsOf(value, gradient)).toHaveLength(2);
    expect(groupsOf(value, { ...gradient, judgement: value.judgement })).toHaveLength(1);
    expect(groupsOf(wrongNumber("layer/value", "layer:batchNorm"), gradient)).toHaveLength(2);
  });

  it("that are akin to two groups join them", () => {
    const source = "https://js.tensorflow.org/#initializers.randomUniform";
    const mean = (id: string, target: string) =>
      syntheticTrial({ id, target, property: "initialization/mean", promise: { says: "uniform", source } });
    // Two ranges of other documents, each with its mean, and the means have one document.
    const all = [
      range("r1", "initializer:a", "https://one.org"),
      range("r2", "initializer:b", "https://two.org"),
      mean("m1", "initializer:a"),
      mean("m2", "initializer:b"),
    ];
    expect(groupsOf(...all)).toEqual([["r1", "m1", "r2", "m2"]]);
  });

  it("show the scenario with the fewest numbers", () => {
    const one = { shape: [1], dtype: "f32" as const, b64: "AACAPw==" };
    const short = wrongNumber("optimizer/order", "optimizer:sgd");
    const long = {
      ...short,
      id: "long",
      target: "optimizer:adam",
      scenario: { ...short.scenario, tensors: [one, one] },
    };
    expect(faultsOf(long, short)[0].lead.id).toBe(short.id);
  });

  it("keep the order of the catalogue", () => {
    const report = summarize(syntheticObjects());
    const faults = trialFaults(report.subjects[0].trials.filter(isWrongTrial), report.properties);
    expect(faults.map(({ lead }) => lead.property)).toEqual([
      "initialization/range",
      "optimizer/order",
      "layer/gradient",
      "constraint/projection",
    ]);
  });
});
