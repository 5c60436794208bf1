import { formatOf, type FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { Cell } from "../networks/cells.js";
import { inputTensors, openInputs, type Network } from "../networks/network.js";
import { unrolledCell } from "../networks/unrolledCell.js";
import type { AnyOp } from "../ops/op.js";
import type { Case } from "../record/case.js";
import { finish } from "./drawCase.js";
import { drawContext } from "./shapes.js";

/** What a sequence is drawn for. */
export interface SequenceSpec {
  readonly dtype: FloatType;
  /** The classes that attributes of the cell must take; the others are drawn. */
  readonly classes?: Readonly<Record<string, string>>;
}

/** A cell with settings, and their classes as tags. */
export interface DrawnCell {
  readonly cell: Cell;
  readonly tags: readonly string[];
}

/** @domain one of the ops rnnCell, lstmCell and gruCell */
export function drawCell(stream: Stream, op: AnyOp, { classes = {} }: SequenceSpec): DrawnCell {
  const all = Object.fromEntries(
    Object.entries(op.attributes).map(([name, attribute]) => [
      name,
      classes[name] ?? stream.pick(attribute.classes),
    ]),
  );
  const { attributes } = op.draw(drawContext(stream, "ordinary", all));
  return {
    cell: { ...attributes, cell: op.name.replace("Cell", "") } as Cell,
    tags: Object.entries(all).map(([name, label]) => `${name}=${label}`),
  };
}

/** A case of a network, each of its inputs made by name (`x1`, `kernel`, `h0`) and rounded to the precision. */
export function caseOfNetwork(
  stream: Stream,
  network: Network,
  { dtype }: SequenceSpec,
  options: {
    readonly number: (name: string, shape: Shape, i: number) => number;
    readonly tags: readonly string[];
  },
): Case {
  const { round } = formatOf(dtype);
  const made = (name: string, shape: Shape): Tensor => ({
    shape,
    data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => round(options.number(name, shape, i))),
  });
  const given = Object.fromEntries(
    Object.entries(openInputs(network)).map(([name, shape]) => [name, made(name, shape)]),
  );
  return finish(stream, network.program, inputTensors(network, given), dtype, options.tags);
}

/** Weights of which sums of some stay of order 1, states within their bounds. */
const ordinary =
  (stream: Stream, gain: number) =>
  (name: string, shape: Shape): number => {
    switch (name) {
      case "kernel":
      case "recurrentKernel":
        return (gain * stream.normal()) / Math.sqrt(shape[0]);
      case "bias":
      case "recurrentBias":
        return stream.normal() / 2;
      case "h0":
        return stream.between(-1, 1);
      default:
        return stream.normal();
    }
  };

/**
 * A cell over a few steps that share its weights, at a point where little is saturated.
 *
 * @param limits how many steps and rows there are
 */
export function drawSequence(
  stream: Stream,
  op: AnyOp,
  spec: SequenceSpec,
  limits: { readonly steps: readonly [number, number]; readonly rows: readonly [number, number] },
): Case {
  const { cell, tags } = drawCell(stream, op, spec);
  const steps = stream.int(...limits.steps);
  const every = Array.from({ length: steps }, (_, t) => `h${t + 1}`);
  const returns = stream.pick(["last", "last", "every", "memory"]);
  const network = unrolledCell(cell, {
    steps,
    batch: stream.int(...limits.rows),
    size: stream.int(1, 3),
    units: stream.int(1, 3),
    ...(returns === "every" && { returns: every }),
    ...(returns === "memory" && cell.cell === "lstm" && { returns: [`c${steps}`] }),
  });
  return caseOfNetwork(stream, network, spec, {
    number: ordinary(stream, stream.pick([0.5, 1, 2])),
    tags: [...tags, `steps:${steps}`, "region:normal"],
  });
}

/** How far the exponents of saturating weights and inputs go: their products stay within the format. */
const MOST: Readonly<Record<FloatType, number>> = { f32: 15, f64: 120 };

/** A cell at a point where it is saturated: weights and inputs of any size, and any first states. */
export function drawSaturated(stream: Stream, op: AnyOp, spec: SequenceSpec): Case {
  const { cell, tags } = drawCell(stream, op, spec);
  const steps = stream.int(1, 12);
  const [ofInputs, ofWeights, ofStates] = [0, 1, 2].map(() =>
    stream.chance(0.3) ? 1 : 10 ** stream.between(0, MOST[spec.dtype]),
  );
  const states = Array.from({ length: steps }, (_, t) => `h${t + 1}`);
  const memories = states.map((name) => name.replace("h", "c"));
  const network = unrolledCell(cell, {
    steps,
    batch: stream.int(1, 2),
    size: stream.int(1, 3),
    units: stream.int(1, 4),
    returns: cell.cell === "lstm" ? [...states, ...memories] : states,
  });
  const scale = (name: string): number => {
    if (name.startsWith("x")) return ofInputs;
    return /^[hc]0$/.test(name) ? Math.min(ofStates, 1e6) : ofWeights;
  };
  return caseOfNetwork(stream, network, spec, {
    number: (name) => stream.normal() * scale(name),
    tags: [...tags, `steps:${steps}`, "region:saturated"],
  });
}
