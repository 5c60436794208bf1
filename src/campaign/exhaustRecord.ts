import { createHash } from "node:crypto";
import { arch, availableParallelism, platform } from "node:os";
import { opId } from "../ops/op.js";
import { RECORD_SCHEMA, type Cell, type Line, type LineOf } from "../record/record.js";
import { isExhaustive, QUANTITIES, type ExhaustedQuantity } from "../record/exhaustion.js";
import { showNumber, type AnyNumber } from "../record/verdict.js";
import type { Subject } from "../subjects/subject.js";
import type { Exhausted } from "./exhaust.js";
import type { ExhaustPlan } from "./exhaustPlan.js";
import { confirmWorst, ExhaustJudge, type ExhaustVerdict } from "./exhaustVerdict.js";
import type { Property } from "./property.js";

export interface ExhaustRecordOptions {
  readonly id: string;
  readonly gradproof: string;
  readonly command: string;
  readonly startedAt: string;
  readonly from: number;
  readonly to: number;
  readonly workers: number;
  /** The properties whose laws judge what stands out. */
  readonly properties: Readonly<Record<ExhaustedQuantity, Property>>;
}

/** The record of a finished run: one unit for the values and one for the derivatives, and the table of both. */
export async function exhaustRecord(
  plan: ExhaustPlan,
  exhausted: Exhausted,
  subject: Subject,
  options: ExhaustRecordOptions,
): Promise<Line[]> {
  const { from, to, workers, properties } = options;
  const { statistics, cpuMs, elapsedMs } = exhausted;
  const verdicts: Partial<Record<ExhaustedQuantity, ExhaustVerdict>> = {};
  const tables: Partial<Record<ExhaustedQuantity, LineOf<"exhaustion">["value"]>> = {};
  const lines: Line[] = [];
  for (const quantity of QUANTITIES) {
    const verdict = await new ExhaustJudge(plan, quantity, properties[quantity], subject).judge(statistics);
    verdicts[quantity] = verdict;
    tables[quantity] = {
      symmetry: plan.symmetry[quantity],
      limits: plan.limits[quantity],
      unit: unitOf(plan, subject, properties[quantity]),
      confirmed: await confirmWorst(plan, quantity, statistics[quantity].worst),
    };
    lines.push(...unitLines(plan, subject, properties[quantity], verdict, exhausted, quantity));
  }
  const table: LineOf<"exhaustion"> = {
    type: "exhaustion",
    subject: subject.id,
    op: opId(plan.op),
    attributes: plan.attributes,
    from,
    to,
    value: tables.value!,
    derivative: tables.derivative!,
    statistics,
    workers,
    cpuMs,
    elapsedMs,
  };
  return [
    header(plan, subject, options),
    ...lines,
    table,
    ...QUANTITIES.flatMap((quantity) => verdicts[quantity]!.findings),
    {
      type: "footer",
      complete: true,
      unitsDone: QUANTITIES.length,
      elapsedMs,
      evaluations: statistics.inputs,
      peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    },
  ];
}

const unitOf = (plan: ExhaustPlan, subject: Subject, property: Property): string =>
  `${subject.id}/${property.name}/${plan.op.name}/f32`;

function unitLines(
  plan: ExhaustPlan,
  subject: Subject,
  property: Property,
  { counts, reasons, conventions }: ExhaustVerdict,
  { statistics, elapsedMs }: Exhausted,
  quantity: ExhaustedQuantity,
): Line[] {
  const unit = unitOf(plan, subject, property);
  const own = statistics[quantity];
  return [
    {
      type: "unit-start",
      unit,
      subject: subject.id,
      property: property.name,
      op: opId(plan.op),
      dtype: "f32",
      block: 0,
    },
    {
      type: "unit-end",
      unit,
      counts,
      attributes: { "": counts },
      tags: {},
      reasons,
      conventions,
      evaluations: quantity === "value" ? statistics.inputs : 0,
      worstErrorOverAttainable: ratioOf(own.leastCareful?.ratio ?? own.worst?.ratio),
      medianResolution: null,
      elapsedMs: quantity === "value" ? elapsedMs : 0,
      digest: createHash("sha256").update(JSON.stringify(own)).digest("hex").slice(0, 16),
    },
  ];
}

const ratioOf = (ratio: AnyNumber | undefined): AnyNumber | null =>
  ratio === undefined || ratio === "NaN" ? null : showNumber(Number(ratio));

function header(plan: ExhaustPlan, subject: Subject, options: ExhaustRecordOptions): LineOf<"header"> {
  const { op, attributes } = plan;
  const evidence = isExhaustive(options) ? ("exhaustive" as const) : ("sampled" as const);
  const where = isExhaustive(options) ? "every float32 there is" : "every float32 of a range";
  const chosen = Object.keys(attributes).length > 0 ? `, with ${JSON.stringify(attributes)}` : "";
  const cells = QUANTITIES.map((quantity): Cell => ({
    subject: subject.id,
    property: options.properties[quantity].name,
    op: opId(op),
    attribute: "",
  }));
  return {
    type: "header",
    schema: RECORD_SCHEMA,
    gradproof: options.gradproof,
    campaign: options.id,
    seed: 0,
    startedAt: options.startedAt,
    command: options.command,
    environment: { node: process.versions.node, os: platform(), arch: arch(), cores: availableParallelism() },
    subjects: [
      {
        id: subject.id,
        hello: subject.hello,
        ...(subject.accuracy && { accuracy: subject.accuracy }),
      },
    ],
    properties: QUANTITIES.map((quantity) => {
      const { name, statement, source } = options.properties[quantity];
      return { name, statement: `${statement} Asked at ${where}${chosen}.`, source, evidence };
    }),
    ops: [{ id: opId(op), family: op.family, summary: op.summary, source: op.source, kinks: [...op.kinks] }],
    decidedCasesNeeded: 1,
    cells,
    units: QUANTITIES.length,
  };
}
