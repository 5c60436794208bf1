import { canDrawPrograms } from "../arbitraries/drawProgram.js";
import type { FloatType } from "../core/float.js";
import { opId, type AnyOp } from "../ops/op.js";
import type { Hello, Mode } from "../record/protocol.js";
import type { Cell, LineOf } from "../record/record.js";
import { PROGRAMS, type Property } from "./property.js";
import { isAlways, refusalsOf } from "./refusals.js";

/** The unit of work: a block of cases of one property and one op, with a seed of its own. */
export interface Unit {
  readonly id: string;
  /** The name of the streams that its cases are drawn from: the same for every subject. */
  readonly stream: string;
  readonly subject: string;
  readonly property: Property;
  /** Undefined for properties about programs. */
  readonly op: AnyOp | undefined;
  readonly dtype: FloatType;
  /** Attribute classes that need evidence of their own: `padding=same`. Empty when the op is one cell. */
  readonly classes: readonly string[];
}

export interface Plan {
  readonly units: readonly Unit[];
  readonly cells: readonly Cell[];
  readonly skipped: readonly LineOf<"skipped">[];
}

export interface Selection {
  readonly properties: readonly Property[];
  readonly ops: readonly AnyOp[];
  /** Patterns of what to keep (see `matches`); empty keeps everything. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
}

const opName = (op: AnyOp | undefined): string => op?.name ?? PROGRAMS;

/**
 * Whether a pattern of `--only` or `--skip` means this cell: it may name the property, with its area or without, the
 * op, or both as `property/op`; `*` stands for any text.
 *
 * @example matches("init*", "initialization/variance", "initializer:heNormal") // true
 * @example matches("gradient/tanh", "calculus/gradient", "tanh") // true
 */
export function matches(pattern: string, property: string, op: string): boolean {
  const short = shortName(property);
  return [property, short, op, `${property}/${op}`, `${short}/${op}`].some((text) => fits(pattern, text));
}

/** A property's name without its area. */
export const shortName = (property: string): string => property.slice(property.indexOf("/") + 1);

const fits = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.split("*").map(escape).join(".*")}$`).test(text);

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Everything that is to be shown of one subject; what it lacks is listed, not left out. */
export function plan(subject: string, hello: Hello, selection: Selection): Plan {
  const units: Unit[] = [];
  const cells: Cell[] = [];
  const skipped: LineOf<"skipped">[] = [];
  const { only = [], skip = [] } = selection;
  for (const property of selection.properties) {
    const { about } = property;
    const wanted = (op: AnyOp | undefined): boolean =>
      only.length === 0 || only.some((pattern) => matches(pattern, property.name, opName(op)));
    // Asking what a property is about may cost more than matching a name: it comes second.
    const targets: (AnyOp | undefined)[] =
      about === "programs"
        ? [undefined].filter(wanted)
        : selection.ops.filter((op) => wanted(op) && about(op));
    for (const op of targets) {
      const name = opName(op);
      const cell = (attribute: string): Cell => ({
        subject,
        property: property.name,
        op: op ? opId(op) : PROGRAMS,
        attribute,
      });
      const lacks = missing(hello, property, op);
      const left = skip.some((pattern) => matches(pattern, property.name, name));
      if (lacks !== undefined || left) {
        const verdict = lacks === undefined ? "not-run" : "unsupported";
        skipped.push({ type: "skipped", cell: cell(""), verdict, reason: lacks ?? "left out by --skip" });
        if (lacks === undefined) cells.push(cell(""));
        continue;
      }
      const without: Record<string, string> = {};
      for (const { classes, reason } of op ? alwaysRefused(hello, property, op) : []) {
        if (classes.length === 1) without[classes[0]] = reason;
      }
      const classes = property.perClass && op ? classesOf(op) : [];
      for (const label of classes.filter((c) => c in without)) {
        skipped.push({ type: "skipped", cell: cell(label), verdict: "unsupported", reason: without[label] });
      }
      const wanted = classes.filter((label) => !(label in without));
      cells.push(...(wanted.length > 0 ? wanted : [""]).map(cell));
      for (const dtype of dtypes(hello, property, op)) {
        const stream = `${property.name}/${name}/${dtype}`;
        units.push({
          id: `${subject}/${stream}`,
          stream,
          subject,
          property,
          op,
          dtype,
          classes: wanted,
        });
      }
    }
  }
  return { units, cells, skipped };
}

const classesOf = (op: AnyOp): string[] =>
  Object.entries(op.attributes).flatMap(([name, { classes }]) => classes.map((label) => `${name}=${label}`));

function dtypes(hello: Hello, property: Property, op: AnyOp | undefined): FloatType[] {
  const all = op
    ? hello.capabilities.ops[opId(op)].dtypes
    : [...new Set(Object.values(hello.capabilities.ops).flatMap((capability) => capability.dtypes))];
  return all.filter((dtype) => property.dtype === undefined || property.dtype === dtype);
}

/** Whether the subject has every one of these modes of an op. */
export const hasModes = (hello: Hello, op: string, modes: readonly Mode[]): boolean =>
  modes.every((mode) => hello.capabilities.ops[op]?.modes.includes(mode) ?? false);

const alwaysRefused = (hello: Hello, property: Property, op: AnyOp) =>
  refusalsOf(hello, opId(op), property.law.modes).filter(isAlways);

const LACKS: Readonly<Partial<Record<Mode, string>>> = {
  jvp: "it has no forward mode",
  hvp: "it has no second order of this op",
};

/** Why the subject cannot be asked; undefined when it can. */
function missing(hello: Hello, property: Property, op: AnyOp | undefined): string | undefined {
  const { capabilities } = hello;
  if (property.needs && !capabilities[property.needs.capability]) return property.needs.because;
  if (!op) {
    if (!capabilities.graphs) return "it takes programs of one op only";
    const has = (name: string): boolean => hasModes(hello, name, property.law.modes);
    return canDrawPrograms(has) ? undefined : "it has none of the ops that programs are made of";
  }
  const capability = capabilities.ops[opId(op)];
  if (!capability) return "it has no such op";
  for (const mode of property.law.modes) {
    if (!capability.modes.includes(mode)) return LACKS[mode] ?? `it has no ${mode} of this op`;
  }
  const refused = alwaysRefused(hello, property, op).find(({ classes }) => classes.length === 0);
  if (refused) return refused.reason;
  return dtypes(hello, property, op).length > 0 ? undefined : `it has no ${property.dtype}`;
}
