import { drawCase } from "../arbitraries/drawCase.js";
import type { ShapeKind } from "../arbitraries/shapes.js";
import { isValid } from "../arbitraries/validCase.js";
import { REGIONS, type Region } from "../arbitraries/values.js";
import { precisionOf } from "../campaign/judgeCase.js";
import { plan, type Unit } from "../campaign/plan.js";
import { unitCases } from "../campaign/unitCases.js";
import { InvalidProgramError } from "../core/errors.js";
import type { FloatType } from "../core/float.js";
import { Stream } from "../core/random.js";
import { withOp } from "../ops/index.js";
import { opId, type AnyOp } from "../ops/op.js";
import type { Case } from "../record/case.js";
import { VERDICTS } from "../record/verdict.js";
import { answerAtOnce } from "../subjects/answer.js";
import { referenceAdapter } from "../subjects/reference.js";
import { PROPERTIES } from "../../properties/index.js";
import { examine } from "./contradictions.js";
import type { Finding } from "./finding.js";
import { isCount, understood, type Allowed } from "./options.js";
import { requireRecord } from "./requireRecord.js";

export interface OpCheckOptions {
  /** Names the cases. Default 1. */
  readonly seed?: number;
  /** Cases per law and attribute class, on the reference in both precisions; 0 runs no laws. Default 3. */
  readonly runs?: number;
}

const OPTIONS: Allowed<OpCheckOptions> = {
  seed: ["a whole number", Number.isSafeInteger],
  runs: ["a whole number", isCount],
};

export interface OpFinding {
  /** The field of the record that is wrong, or the two of which one is; `law <name>` where the laws say so. */
  readonly field: string;
  readonly problem: string;
}

/** What `check` found in a record; as text it is the report. */
export class OpCheck {
  constructor(
    readonly op: AnyOp,
    readonly findings: readonly OpFinding[],
    /** Points at which the record was held against itself or the laws. */
    readonly cases: number,
  ) {}

  get ok(): boolean {
    return this.findings.length === 0;
  }

  toString(): string {
    const head = `${this.op.name}: ${this.ok ? "no contradiction" : "contradicts itself"} in ${this.cases} cases`;
    return [head, ...this.findings.map(({ field, problem }) => `  ${field}: ${problem}`)].join("\n");
  }
}

/**
 * Holds an op's record against itself, and the reference that it makes against every law.
 *
 * Whatever a record says twice is compared: jvp, vjp and the derivative of the meaning by dual numbers; the shape rule
 * and what comes out; textbook forms and kernels and the rules; what `draw` makes and what domains and `shape` accept;
 * kinks and the ties that a gradient depends on.
 *
 * @returns findings that name the field
 * @throws GradproofError `bad-record` for what is no record at all, with what is missing
 */
export function check(op: AnyOp, options: OpCheckOptions = {}): OpCheck {
  requireRecord(op);
  const { seed = 1, runs = 3 } = understood(options, OPTIONS);
  return withOp(op, () => {
    const text = selfDescription(op);
    const { findings, cases } = compared(op, seed);
    const own = [...text, ...findings];
    // What contradicts itself breaks laws in every way: more of the same.
    if (own.length > 0 || runs === 0) return new OpCheck(op, own, cases);
    const laws = lawful(op, seed, runs);
    return new OpCheck(op, laws.findings, cases + laws.cases);
  });
}

/** What a record says about itself in words. */
function selfDescription(op: AnyOp): OpFinding[] {
  const findings: OpFinding[] = [];
  const expect = (holds: boolean, field: string, problem: string): void => {
    if (!holds) findings.push({ field, problem });
  };
  expect(/^[a-z][A-Za-z0-9]*$/.test(op.name), "name", `"${op.name}" is no name in camel case`);
  expect(op.version >= 1, "version", `${op.version} is below 1`);
  for (const field of ["family", "summary", "source"] as const)
    expect(op[field].trim() !== "", field, "is empty");
  for (const [name, { classes, summary }] of Object.entries(op.attributes)) {
    expect(classes.length > 0, `attributes.${name}`, "has no classes");
    expect(new Set(classes).size === classes.length, `attributes.${name}`, "has a class twice");
    expect(summary.trim() !== "", `attributes.${name}`, "has no summary");
  }
  expect(
    op.kinks.every(({ at, convention }) => at && convention),
    "kinks",
    "one says not where or not what",
  );
  return findings;
}

const SHAPES: readonly ShapeKind[] = ["ordinary", "broadcast", "degenerate"];

/** Every region and shape kind, for every class of every attribute and for the op as a whole. */
function* draws(op: AnyOp, seed: number): Generator<() => Case> {
  const classes = Object.entries(op.attributes).flatMap(([name, attribute]) =>
    attribute.classes.map((label) => ({ [name]: label })),
  );
  for (const wanted of [...classes, {}]) {
    for (const region of Object.keys(REGIONS) as Region[]) {
      for (const shapes of SHAPES) {
        const name = `records ${op.name} ${JSON.stringify(wanted)} ${region} ${shapes}`;
        yield () => drawCase(new Stream(seed, name), op, { dtype: "f64", region, shapes, classes: wanted });
      }
    }
  }
}

/** A comparison that is never sharp could not have failed. */
const FEWEST_SHARP = 5;

function compared(op: AnyOp, seed: number): { findings: OpFinding[]; cases: number } {
  const findings: Finding[] = [];
  const named = withNamedErrors(op);
  let cases = 0;
  for (const draw of draws(op, seed)) {
    cases++;
    findings.push(...atOnePoint(named, op, draw));
  }
  const contradictions = findings.flatMap(({ fields, contradiction }) =>
    contradiction ? [{ fields, contradiction }] : [],
  );
  if (contradictions.length > 0) return { findings: blamed(contradictions), cases };
  const blunt = [...new Set(findings.map((f) => f.fields))].filter(
    (fields) => findings.filter((f) => f.fields === fields && f.sharp).length < FEWEST_SHARP,
  );
  return { findings: blunt.map((field) => ({ field, problem: "was hardly tested" })), cases };
}

const complaint = (fields: string, problem: string): Finding[] => [
  { fields, contradiction: `${fields}: ${problem}`, sharp: true },
];

function atOnePoint(named: AnyOp, op: AnyOp, draw: () => Case): Finding[] {
  let c: Case;
  try {
    c = withOp(named, draw);
  } catch (error) {
    if (error instanceof FieldError) return complaint(error.field, error.message);
    if (!(error instanceof InvalidProgramError)) throw error;
    return complaint("draw contradicts shape", `what it draws is refused: ${error.message}`);
  }
  const fitting: Finding = { fields: "draw contradicts domain", contradiction: undefined, sharp: true };
  try {
    const results = withOp(named, () => examine(named, c));
    // Where the shape rule is wrong nothing fits it, so that comes first.
    if (results.some(({ contradiction }) => contradiction)) return results;
    if (isValid(c)) return [fitting, ...results];
    return complaint("draw contradicts domain", `it draws inputs that the domains of ${op.name} do not hold`);
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    return complaint(error.field, error.message);
  }
}

class FieldError extends Error {
  constructor(
    readonly field: string,
    cause: unknown,
  ) {
    super(`throws ${String(cause)}`, { cause });
  }
}

/** The same record, whose errors say which field threw them. What `shape` refuses is no error. */
function withNamedErrors(op: AnyOp): AnyOp {
  const fields = [
    "shape",
    "draw",
    "meaning",
    "jvp",
    "vjp",
    "adapt",
    "simpler",
    "inputs",
    "accepts",
    "repair",
  ] as const;
  const wrapped: Partial<Record<(typeof fields)[number], unknown>> = {};
  for (const field of fields) {
    const rule = op[field] as ((...xs: unknown[]) => unknown) | undefined;
    if (!rule) continue;
    wrapped[field] = (...xs: unknown[]): unknown => {
      try {
        return rule.apply(op, xs);
      } catch (error) {
        if (error instanceof InvalidProgramError || error instanceof FieldError) throw error;
        throw new FieldError(field, error);
      }
    };
  }
  return { ...op, ...(wrapped as Partial<AnyOp>) };
}

/**
 * The first contradiction of each pair of fields, after the field that takes part in all of them: when jvp contradicts
 * both vjp and the meaning, it is jvp.
 */
function blamed(
  contradictions: readonly { readonly fields: string; readonly contradiction: string }[],
): OpFinding[] {
  const firsts = contradictions.filter(
    ({ fields }, i) => contradictions.findIndex((c) => c.fields === fields) === i,
  );
  const pairs = firsts.map(({ fields }) => fields.split(" contradicts "));
  const common =
    pairs.length > 1 ? pairs[0].filter((field) => pairs.every((pair) => pair.includes(field))) : [];
  return firsts.map(({ fields, contradiction }) => ({
    field: common.length === 1 ? common[0] : fields,
    problem: contradiction,
  }));
}

/** The reference in doubles and in float32, with this record in it, against every law that says something of the op. */
function lawful(op: AnyOp, seed: number, runs: number): { findings: OpFinding[]; cases: number } {
  const findings: OpFinding[] = [];
  let cases = 0;
  for (const precision of ["f64", "f32"] as const) {
    for (const unit of unitsOf(op, precision)) {
      for (const c of unitCases(seed, unit, 0, runs, helloOf(op, precision))) {
        cases++;
        const { verdict, reason } = judged(unit, c, precision);
        if (!VERDICTS[verdict].wrong && verdict !== "protocol") continue;
        findings.push({ field: `law ${unit.property.name}`, problem: `${precision}: ${verdict}, ${reason}` });
        break;
      }
    }
  }
  return { findings, cases };
}

const adapterFor = (precision: FloatType) => referenceAdapter({ precision });

/** The reference's introduction, with the op among those it has. */
function helloOf(op: AnyOp, precision: FloatType) {
  const hello = adapterFor(precision).hello();
  const { capabilities } = hello;
  const own = {
    [opId(op)]: {
      modes: ["value" as const, "vjp" as const, "jvp" as const, "hvp" as const],
      dtypes: [precision],
    },
  };
  return { ...hello, capabilities: { ...capabilities, ops: { ...capabilities.ops, ...own } } };
}

const unitsOf = (op: AnyOp, precision: FloatType): readonly Unit[] =>
  plan("reference", helloOf(op, precision), { properties: PROPERTIES, ops: [op] }).units.filter(
    (unit) => unit.op,
  );

function judged(unit: Unit, c: Case, precision: FloatType) {
  const { law } = unit.property;
  const adapter = adapterFor(precision);
  const outcomes = law.requests(c).map((question) => answerAtOnce(adapter, { id: "check", ...question }));
  return law.judge(c, outcomes, precisionOf({ hello: adapter.hello() }, precision));
}
