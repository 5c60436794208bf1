import { drawContext, type ShapeKind } from "../arbitraries/shapes.js";
import { isValid, tryCheck } from "../arbitraries/validCase.js";
import { drawDirection, drawTensor, REGIONS, type Region } from "../arbitraries/values.js";
import { InvalidProgramError } from "../core/errors.js";
import { Stream } from "../core/random.js";
import { sameShape, sizeOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { LawJudgement } from "../laws/law.js";
import { findOp } from "../ops/index.js";
import type { AnyOp, Attributes } from "../ops/op.js";
import { differentiable, singleOp } from "../program/program.js";
import type { Case } from "../record/case.js";
import type { Factor } from "../record/fault.js";
import { VERDICTS } from "../record/verdict.js";
import { sameFault } from "./minimise.js";

/** Cases that are asked for one class of a factor, and draws that are made to find them. */
const PER_CLASS = 2;
const DRAWS = 12;
/** Cases that are asked in all; what would exceed them is left out. */
const MOST_CASES = 72;

/** A neighbour of the smallest case: it differs in one factor, and this is the class that it has there. */
interface Variant {
  readonly factor: string;
  readonly label: string;
  readonly case: Case;
}

/**
 * Varies one factor of a failing case at a time (each attribute, the values, the shapes) and asks the subject again:
 * which classes show the same fault, and which do not. At most 72 cases, a function of the case alone.
 *
 * @domain cases of one op; of compositions nothing is varied
 */
export async function varyFactors(
  c: Case,
  judgement: LawJudgement,
  recheck: (c: Case) => Promise<LawJudgement>,
): Promise<Factor[]> {
  if (c.program.nodes.length !== 1) return [];
  const op = findOp(c.program.nodes[0].op);
  const present = presentClasses(op, c);
  const variants = [...attributeVariants(op, c), ...valueVariants(op, c), ...shapeVariants(op, c)].slice(
    0,
    MOST_CASES,
  );
  const judgements = await Promise.all(variants.map((variant) => recheck(variant.case)));
  const names = [...new Set(variants.map(({ factor }) => factor))];
  return names.map((name) =>
    summed(
      name,
      present.get(name),
      variants.flatMap(({ factor, label }, i) =>
        factor === name ? [{ label, outcome: outcomeOf(judgements[i], judgement) }] : [],
      ),
    ),
  );
}

type Shows = "fault" | "none" | "something else";

function outcomeOf(said: LawJudgement, judgement: LawJudgement): Shows {
  if (sameFault(said, judgement)) return "fault";
  const { decided, wrong } = VERDICTS[said.verdict];
  return decided && !wrong ? "none" : "something else";
}

/** @param own the class of the case itself, which fails whatever its neighbours do */
function summed(
  name: string,
  own: string | undefined,
  asked: readonly { readonly label: string; readonly outcome: Shows }[],
): Factor {
  const count = (label: string, outcome: Shows): number =>
    asked.filter((one) => one.label === label && one.outcome === outcome).length;
  const labels = [...new Set(asked.map(({ label }) => label))].filter((label) => label !== own);
  const fails = labels.flatMap((label) => {
    const [failed, passed] = [count(label, "fault"), count(label, "none")];
    if (failed === 0) return [];
    return passed === 0 ? label : `${label} (${failed} of ${failed + passed})`;
  });
  const first = own ?? (fails.length === 0 ? `the ${name} of the case` : undefined);
  return {
    name,
    fails: first === undefined ? fails : [first, ...fails],
    passes: labels.filter((label) => count(label, "fault") === 0 && count(label, "none") > 0),
    cases: asked.length,
  };
}

/** The classes of the case itself, as far as they have names. */
function presentClasses(op: AnyOp, c: Case): Map<string, string> {
  const present = new Map<string, string>([["shapes", shapeLabel(op, c.inputs)]]);
  const { attributes } = c.program.nodes[0];
  for (const [name, { classes }] of Object.entries(op.attributes)) {
    const own = JSON.stringify(attributes[name]);
    const label = classes.find((candidate) =>
      drawn(op, name, candidate).some((draw) => JSON.stringify(draw.attributes[name]) === own),
    );
    // Draws may miss a value with many numbers in it; the class that the case was drawn for is then the best guess.
    const tagged = classes.find((candidate) => c.tags.includes(`${name}=${candidate}`));
    if (name in attributes) present.set(name, label ?? tagged ?? own);
  }
  return present;
}

interface Drawn {
  readonly shapes: readonly Shape[];
  readonly attributes: Attributes;
}

/** What the op's own generator draws for a class of one attribute. */
function drawn(op: AnyOp, name: string, label: string): Drawn[] {
  return Array.from({ length: DRAWS }, (_, t) => {
    const stream = new Stream(t, `factors/${op.name}/${name}=${label}`);
    const classes = Object.fromEntries(
      Object.entries(op.attributes).map(([key, attribute]) => [key, stream.pick(attribute.classes)]),
    );
    return op.draw(drawContext(stream, "ordinary", { ...classes, [name]: label }));
  });
}

/** Another value of one attribute at the same shapes; where none fits, at shapes that were drawn for it. */
function attributeVariants(op: AnyOp, c: Case): Variant[] {
  const { attributes } = c.program.nodes[0];
  const own = c.inputs.map((x) => x.shape);
  return Object.entries(op.attributes).flatMap(([name, { classes }]) =>
    classes.flatMap((label) => {
      const draws = drawn(op, name, label);
      const inShapes = (shapesOf: (draw: Drawn) => readonly Shape[]): Case[] =>
        draws.flatMap((draw) => {
          const changed =
            name in attributes
              ? { ...attributes, [name]: draw.attributes[name] }
              : { ...draw.attributes, ...attributes };
          if (name in attributes && JSON.stringify(changed) === JSON.stringify(attributes)) return [];
          return orNothing(() => rebuilt(op, c, shapesOf(draw), changed, `${name}=${label}`)) ?? [];
        });
      const same = name in attributes ? inShapes(() => own) : [];
      const cases = distinct(same.length > 0 ? same : inShapes((draw) => draw.shapes));
      return cases.slice(0, PER_CLASS).map((variant) => ({ factor: name, label, case: variant }));
    }),
  );
}

/** Attributes that were drawn for other shapes may fit none of these: that is no neighbour, then. */
function orNothing(make: () => Case | undefined): Case | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof InvalidProgramError) return undefined;
    throw error;
  }
}

const REGION_NAMES: Readonly<Record<Region, string>> = {
  normal: "ordinary values",
  magnitudes: "values of all magnitudes",
  specials: "special values",
  ties: "ties",
  saturated: "large values",
  scaled: "values all large or all small",
  extremes: "values at the ends of the format",
};

function valueVariants(op: AnyOp, c: Case): Variant[] {
  return (Object.keys(REGIONS) as Region[]).flatMap((region) =>
    Array.from({ length: DRAWS }, (_, t) => {
      const stream = new Stream(t, `factors/${op.name}/values=${region}`);
      return withValues(op, c, stream, region);
    })
      .filter((variant) => variant !== undefined)
      .slice(0, PER_CLASS)
      .map((variant) => ({ factor: "values", label: REGION_NAMES[region], case: variant })),
  );
}

/** Shapes that were drawn, with the attributes as they are or as the op adapts them. */
function shapeVariants(op: AnyOp, c: Case): Variant[] {
  const { attributes } = c.program.nodes[0];
  const kinds: readonly ShapeKind[] = ["ordinary", "ordinary", "broadcast", "degenerate"];
  const variants = Array.from({ length: 4 * DRAWS }, (_, t): Variant[] => {
    const stream = new Stream(t, `factors/${op.name}/shapes`);
    const classes = Object.fromEntries(
      Object.entries(op.attributes).map(([key, attribute]) => [key, stream.pick(attribute.classes)]),
    );
    const { shapes } = op.draw(drawContext(stream, kinds[t % kinds.length], classes));
    const variant = orNothing(() => {
      const adapted = op.adapt ? op.adapt(shapes, attributes) : attributes;
      return adapted && rebuilt(op, c, shapes, adapted, `shapes ${t}`);
    });
    return variant ? [{ factor: "shapes", label: shapeLabel(op, variant.inputs), case: variant }] : [];
  }).flat();
  const labels = [...new Set(variants.map(({ label }) => label))];
  return labels.flatMap((label) =>
    variants.filter((variant) => variant.label === label).slice(0, 2 * PER_CLASS),
  );
}

const RANKS = ["scalars", "vectors", "matrices"] as const;

function shapeLabel(op: AnyOp, inputs: readonly Tensor[]): string {
  if (inputs.some(({ shape }) => sizeOf(shape) === 0)) return "tensors without elements";
  const [first, ...others] = inputs.map(({ shape }) => shape);
  if (op.elementwise && others.some((shape) => !sameShape(shape, first))) return "inputs of different shapes";
  return RANKS[Math.max(...inputs.map(({ shape }) => shape.length))] ?? "higher rank";
}

/** The case with other shapes and attributes; inputs and directions that still fit are kept. */
function rebuilt(
  op: AnyOp,
  c: Case,
  shapes: readonly Shape[],
  attributes: Attributes,
  name: string,
): Case | undefined {
  if (shapes.length < op.arity.low || shapes.length > op.arity.high) return undefined;
  const program = singleOp(op, shapes, attributes);
  const checked = tryCheck(program);
  if (!checked) return undefined;
  const stream = new Stream(0, `factors/${op.name}/${name}`);
  const domains = op.inputs(shapes.length, attributes).map(({ domain }) => domain);
  const fitting = (x: Tensor | undefined, shape: Shape, draw: () => Tensor): Tensor =>
    x && sameShape(x.shape, shape) ? x : draw();
  const inputs = shapes.map((shape, k) =>
    fitting(c.inputs[k], shape, () => drawTensor(stream, shape, domains[k], c.dtype, regionOf(c))),
  );
  const moving = differentiable(checked);
  const candidate: Case = {
    program,
    dtype: c.dtype,
    inputs: op.repair ? op.repair(inputs, attributes) : inputs,
    cotangents: program.outputs.map((value, o) =>
      fitting(c.cotangents[o], checked.shapes[value], () =>
        drawDirection(stream, checked.shapes[value], c.dtype),
      ),
    ),
    tangents: moving.map((k, i) =>
      fitting(c.tangents[i], shapes[k], () => drawDirection(stream, shapes[k], c.dtype)),
    ),
    tags: [],
  };
  return isValid(candidate) ? candidate : undefined;
}

/** The region that the case was drawn in: a fault of ties does not show at other values. */
const regionOf = ({ tags }: Case): Region =>
  (Object.keys(REGIONS) as Region[]).find((region) => tags.includes(`region:${region}`)) ?? "normal";

function withValues(op: AnyOp, c: Case, stream: Stream, region: Region): Case | undefined {
  const { attributes } = c.program.nodes[0];
  const domains = op.inputs(c.inputs.length, attributes).map(({ domain }) => domain);
  const inputs = c.inputs.map(({ shape }, k) => drawTensor(stream, shape, domains[k], c.dtype, region));
  const candidate: Case = { ...c, inputs: op.repair ? op.repair(inputs, attributes) : inputs, tags: [] };
  return isValid(candidate) ? candidate : undefined;
}

function distinct(cases: readonly Case[]): Case[] {
  const seen = new Map(cases.map((c) => [JSON.stringify(c.program), c]));
  return [...seen.values()];
}
