import type { Curve, Ends } from "./curve.js";
import { OPS } from "./index.js";
import { opId, type AnyOp, type Domain } from "./op.js";

/**
 * The table of all ops, as Markdown: what `docs/vocabulary.md` holds.
 *
 * `gradproof list vocabulary` prints it, and a test holds the file against it.
 */
export function vocabularyDocument(ops: readonly AnyOp[] = OPS): string {
  const families = [...new Set(ops.map(({ family }) => family))];
  return [
    "# Vocabulary",
    "",
    `${ops.length} ops, from their records in \`src/ops\`. This file is generated: \`npx gradproof list vocabulary > docs/vocabulary.md\`.`,
    "",
    "Attributes show the classes that need evidence of their own. A domain is the real line unless another is shown; points",
    "in braces are hit exactly, and from an ulp away. The convention is the reference's choice at a kink or tie. What is known",
    "of a graph holds for all reals: limits and thresholds of saturation (from which input on the correctly rounded value is its",
    "limit) are at −∞ and at ∞.",
    ...families.flatMap((family) => [
      "",
      `## ${family[0].toUpperCase()}${family.slice(1)}`,
      "",
      "| op | computes | attributes | inputs and domains | kinks | convention | graph | source |",
      "| --- | --- | --- | --- | --- | --- | --- | --- |",
      ...ops
        .filter((op) => op.family === family)
        // By name: the order of a module's exports depends on who loads it.
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(row),
    ]),
    "",
  ].join("\n");
}

function row(op: AnyOp): string {
  const attributes = Object.entries(op.attributes).map(
    ([name, { classes }]) => `${name}: ${classes.join(", ")}`,
  );
  const cells = [
    `\`${opId(op)}\``,
    op.summary,
    attributes.join("; "),
    inputsOf(op),
    op.kinks.map(({ at }) => at).join("; "),
    op.kinks.map(({ convention }) => convention).join("; "),
    graphOf(op),
    op.source,
  ];
  return `| ${cells.map((text) => text.replaceAll("|", "\\|") || "-").join(" | ")} |`;
}

/** What is known of the graph, where it does not depend on attributes. */
function graphOf(op: AnyOp): string {
  const names = Object.keys(op.attributes);
  if (!op.curve) return "";
  if (names.length > 0) return `depends on ${names.join(", ")}`;
  const { monotone, bell, symmetry, homogeneous, idempotent, limits, saturates }: Curve = op.curve({});
  return [
    monotone,
    bell && "derivative a bell",
    symmetry && symmetryText(symmetry),
    homogeneous && `homogeneous of degree ${ends(homogeneous.degree)} in ${homogeneous.in.join(", ")}`,
    idempotent && "idempotent",
    limits && `limits ${endsText(limits.value)}`,
    saturates && `saturates at ${endsText(saturates.f32)} (f32), ${endsText(saturates.f64)} (f64)`,
  ]
    .filter((text) => text !== undefined)
    .join("; ");
}

function symmetryText(symmetry: NonNullable<Curve["symmetry"]>): string {
  if (typeof symmetry === "string") return symmetry;
  if ("about" in symmetry) return `f(−x) = ${ends(2 * symmetry.about)} − f(x)`;
  return symmetry.line === 1 ? "f(−x) = f(x) − x" : `f(−x) = f(x) − ${ends(symmetry.line)}·x`;
}

const endsText = (both: Ends): string => both.map((x) => (x === null ? "-" : ends(x))).join(" and ");

/** Ops whose inputs depend on attributes that are not known here show those of their fewest inputs. */
function inputsOf(op: AnyOp): string {
  const { low, high } = op.arity;
  const shown = op.inputs(low, {}).map(({ name, domain }) => {
    const text = domainText(domain);
    return text === "" ? name : `${name} ${text}`;
  });
  return high > low ? `${shown.join(", ")}, …` : shown.join(", ");
}

function domainText({ type, low, high, open, specials, integer }: Domain): string {
  if (type !== "float") return type === "bool" ? "true or false" : "positions";
  const bounded = low !== -Infinity || high !== Infinity;
  const interval = bounded
    ? `in ${open || low === -Infinity ? "(" : "["}${ends(low)}, ${ends(high)}${open || high === Infinity ? ")" : "]"}`
    : "";
  const whole = integer ? "whole" : "";
  // Points that depend on attributes are not known here.
  const known = specials.filter((x) => x !== undefined);
  const points = known.length > 0 ? `{${known.map(ends).join(", ")}}` : "";
  return [whole, interval, points].filter((part) => part !== "").join(" ");
}

const ends = (x: number): string =>
  x === Infinity ? "∞" : x === -Infinity ? "−∞" : Object.is(x, -0) ? "−0" : String(x).replace("-", "−");
