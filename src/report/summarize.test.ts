import { describe, expect, test } from "vitest";
import {
  syntheticCell,
  syntheticFinding,
  syntheticFooter,
  syntheticHeader,
  syntheticOp,
  syntheticProperty,
  syntheticUnit,
  syntheticWitness,
} from "../../fixtures/records/syntheticLines.js";
import { SYNTHETIC_SENTENCE, syntheticRecord } from "../../fixtures/records/syntheticRecord.js";
import { report, type CellState } from "../record/report.js";
import type { Line, LineOf } from "../record/record.js";
import type { Counts } from "../record/verdict.js";
import { readRecord } from "./readRecord.js";
import { verdictSentence } from "./sentence.js";
import { summarize } from "./summarize.js";

/** A record of one cell, tanh × agreement, with these counts. */
function recordOf(
  counts: Counts,
  more: Partial<LineOf<"unit-end">> = {},
  footer = syntheticFooter({ unitsDone: 1 }),
) {
  return [
    syntheticHeader({
      properties: [syntheticProperty("agreement")],
      ops: [syntheticOp("tanh@1")],
      cells: [syntheticCell("tanh@1", "agreement")],
      units: 1,
    }),
    ...syntheticUnit({ op: "tanh@1", property: "agreement" }, counts, more),
    footer,
  ];
}

const cellOf = (lines: Line[]) => summarize(lines).subjects[0].cells[0];

describe("the state of a cell", () => {
  test.each<[string, Counts, Partial<LineOf<"unit-end">>, CellState]>([
    ["enough decided", { pass: 30 }, {}, "green"],
    ["enough decided, conventions count", { pass: 29, convention: 1 }, {}, "green"],
    ["one too few", { pass: 29, inconclusive: 100 }, {}, "untested"],
    ["one wrong is enough", { pass: 3, fail: 1 }, {}, "wrong"],
    ["a refusal is wrong", { pass: 30, error: 1 }, {}, "wrong"],
    ["inaccurate", { pass: 29, inaccurate: 1 }, {}, "inaccurate"],
    ["inaccurate, too few", { pass: 2, inaccurate: 1 }, {}, "untested"],
    ["broken protocol", { pass: 30, protocol: 1 }, {}, "protocol"],
    ["accepted invalid", { pass: 30, "accepted-invalid": 1 }, {}, "accepted-invalid"],
    ["answered unsupported", { unsupported: 30 }, {}, "unsupported"],
    ["left out", { "not-run": 30 }, {}, "not-run"],
    ["resolution at the limit", { pass: 30 }, { medianResolution: 1e-2 }, "green"],
    ["resolution too poor", { pass: 30 }, { medianResolution: 1.1e-2 }, "untested"],
    ["resolution not a number", { pass: 30 }, { medianResolution: "NaN" }, "untested"],
  ])("%s", (_name, counts, more, state) => {
    expect(cellOf(recordOf(counts, more)).state).toBe(state);
  });

  test("is the worst of its attribute classes, which have counts of their own", () => {
    const record = summarize(syntheticRecord());
    const prod = record.subjects[0].cells.find(
      ({ op, property }) => op === "prod@1" && property === "agreement",
    );
    expect(prod).toMatchObject({
      state: "wrong",
      counts: { pass: 60, fail: 12 },
      decided: 72,
      worstErrorOverAttainable: "Infinity",
      failureProbabilityBelow: null,
      attributes: [
        { attribute: "keepdims=true", state: "green", counts: { pass: 40 }, decided: 40 },
        { attribute: "keepdims=false", state: "wrong", counts: { pass: 20, fail: 12 } },
      ],
    });
  });

  test("an attribute class without enough cases makes the cell untested, and says which", () => {
    const lines = recordOf({ pass: 90 }, { attributes: { "axis=0": { pass: 80 }, "axis=1": { pass: 10 } } });
    const header = lines[0] as LineOf<"header">;
    const cells = ["", "axis=0", "axis=1"].map((attribute) =>
      syntheticCell("tanh@1", "agreement", attribute),
    );
    const cell = cellOf([{ ...header, cells }, ...lines.slice(1)]);
    expect(cell).toMatchObject({ state: "untested", because: "axis=1: 10 of 30 cases decided", decided: 90 });
  });

  test("what the subject does not have covers the op's attribute classes", () => {
    const header = recordOf({})[0] as LineOf<"header">;
    const cells = ["", "axis=0"].map((attribute) => syntheticCell("tanh@1", "agreement", attribute));
    const reason = "no tanh";
    const skipped = { type: "skipped", cell: cells[0], verdict: "unsupported", reason } as const;
    const result = summarize([{ ...header, cells, units: 0 }, skipped, syntheticFooter()]);
    expect(result.subjects[0].cells[0]).toMatchObject({ state: "unsupported", because: "no tanh" });
    expect(result).toMatchObject({ cells: { planned: 0, undecided: 0 }, exitCode: 0 });
  });

  test("sums the blocks, and bounds the failure probability of a sampled property by 3/n", () => {
    const [header, start, end] = recordOf({ pass: 20 }, { reasons: { noise: 1 } });
    const again = syntheticUnit(
      { op: "tanh@1", property: "agreement", block: 1 },
      { pass: 40 },
      { reasons: { noise: 2, range: 5 }, worstErrorOverAttainable: 0.5, medianResolution: 1e-6 },
    );
    const cell = cellOf([header, start, end, ...again, syntheticFooter({ unitsDone: 2 })]);
    expect(cell).toMatchObject({ decided: 60, failureProbabilityBelow: 0.05, worstErrorOverAttainable: 0.5 });
    expect(Object.entries(cell.reasons)).toEqual([
      ["range", 5],
      ["noise", 3],
    ]);
  });
});

describe("the exit code", () => {
  const incomplete = syntheticFooter({ complete: false, reason: "interrupted", unitsDone: 1 });
  test.each<[string, Line[], number]>([
    ["nothing wrong", recordOf({ pass: 30 }), 0],
    ["inaccurate is not wrong", recordOf({ pass: 30, inaccurate: 3 }), 0],
    ["wrong", recordOf({ pass: 30, fail: 1 }), 1],
    ["wrong beats undecided", recordOf({ fail: 1 }), 1],
    ["incomplete", recordOf({ pass: 30 }, {}, incomplete), 3],
    ["incomplete beats wrong", recordOf({ fail: 30 }, {}, incomplete), 3],
    ["an interrupted run is incomplete, not undecided", recordOf({ pass: 1 }, {}, incomplete), 3],
    ["no footer", recordOf({ pass: 30 }).slice(0, -1), 3],
    ["units missing", recordOf({ pass: 30 }, {}, syntheticFooter({ unitsDone: 2 })), 3],
    ["protocol beats wrong", recordOf({ pass: 30, fail: 1, protocol: 1 }), 3],
    ["undecided", recordOf({ pass: 29 }), 4],
    ["undecided beats protocol", recordOf({ pass: 29, protocol: 1 }), 4],
  ])("%s", (_name, lines, code) => {
    expect(summarize(lines).exitCode).toBe(code);
  });

  test("4 needs more than a fifth of the planned cells", () => {
    const ops = ["a", "b", "c", "d", "e"].map((op) => syntheticOp(op));
    const runs = (undecided: number): Line[] => [
      syntheticHeader({ ops, cells: ops.map(({ id }) => syntheticCell(id, "agreement")), units: 5 }),
      ...ops.flatMap(({ id }, k) =>
        syntheticUnit({ op: id, property: "agreement" }, { pass: k < undecided ? 1 : 30 }),
      ),
      syntheticFooter({ unitsDone: 5 }),
    ];
    expect(summarize(runs(1)).exitCode).toBe(0);
    expect(summarize(runs(2)).exitCode).toBe(4);
  });
});

describe("the report", () => {
  test("has the published shape, and holds what the record told", () => {
    const result = summarize(syntheticRecord());
    expect(report.parse(result)).toEqual(result);
    expect(result).toMatchObject({
      complete: true,
      exitCode: 3,
      units: { planned: 10, done: 10 },
      cells: { planned: 13, undecided: 4 },
      coverage: { "keepdims=true": 40, "shape:scalar": 11 },
    });
    const [tfjs] = result.subjects;
    expect(tfjs.findings.map(({ id }) => id)).toEqual(["f-1", "f-6", "f-2", "f-3", "f-5", "f-4"]);
    expect(tfjs.findings[0]).toMatchObject({ op: "prod@1", got: "1", inputs: ["[3, 0.5]"] });
    expect(tfjs.epochs).toHaveLength(1);
    expect(verdictSentence(tfjs)).toBe(SYNTHETIC_SENTENCE);
  });

  test("speaks of gradients when nothing else is wrong", () => {
    const lines = [
      ...recordOf({ pass: 30, fail: 2 }),
      syntheticFinding({ signature: { op: "tanh@1", kind: "value", where: "gradient[0]" } }),
    ];
    expect(verdictSentence(summarize(lines).subjects[0])).toBe(
      "TensorFlow.js 4.22.0: 1 wrong gradient in 1 op; 0 ops right",
    );
  });

  test("counts what an unfinished unit showed to be wrong, and a repeated unit once", () => {
    const [header, start, end] = recordOf({ pass: 30 });
    const unit = (start as LineOf<"unit-start">).unit;
    const failure: LineOf<"case"> = {
      type: "case",
      unit,
      index: 3,
      judgement: { verdict: "fail", reason: "wrong" },
      case: { ...syntheticWitness, tags: ["axis=0"] },
    };
    expect(cellOf([header, start, failure])).toMatchObject({ state: "wrong", counts: { fail: 1 } });
    expect(cellOf([header, start, failure, start, end, start, end]).counts).toEqual({ pass: 30 });
  });
});

const written = (lines: readonly Line[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

describe("reading a record", () => {
  test("gives the lines back", () => {
    expect(readRecord(written(syntheticRecord()))).toEqual(syntheticRecord());
  });

  test("leaves out a torn last line", () => {
    const whole = written(recordOf({ pass: 30 }));
    const torn = whole.slice(0, -20);
    const result = summarize(readRecord(torn));
    expect(result).toMatchObject({ complete: false, exitCode: 3 });
    expect(result.subjects[0].cells[0].state).toBe("green");
  });

  test("names a corrupt line in the middle", () => {
    const rows = written(recordOf({ pass: 30 })).split("\n");
    expect(() => readRecord([rows[0], rows[1].slice(0, 9), ...rows.slice(2)].join("\n"))).toThrow("line 2");
    expect(() => readRecord([rows[0], '{"type":"unit-end"}', rows[3]].join("\n"))).toThrow("line 2");
  });

  test("refuses another schema, a record without a header, and a unit that never started", () => {
    expect(() => readRecord('{"type":"header","schema":2}')).toThrow("schema 2");
    expect(() => summarize([])).toThrow("no header");
    const [header, , end] = recordOf({ pass: 30 });
    expect(() => summarize([header, end])).toThrow("never started");
  });
});
