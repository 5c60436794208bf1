import { sameShape } from "../core/shape.js";
import { filled, type Tensor } from "../core/tensor.js";
import { findOp } from "../ops/index.js";
import type { CheckedProgram } from "../program/program.js";
import type { Case } from "../record/case.js";
import { neededValues, type Node, type Program } from "../record/program.js";
import { Dissection, rebuilt } from "./subprogram.js";
import { tryCheck } from "./validCase.js";

/**
 * The same computation with fewer nodes, fewer outputs, or values that are shared less: large parts of the graph first,
 * then single nodes (most faults belong to one op), pairs of nodes that have to do with one another, and all but a few.
 */
export function* smallerPrograms(c: Case): Generator<Case> {
  const whole = Dissection.of(c);
  if (!whole) return;
  const { program } = whole;
  const count = program.nodes.length;
  if (count > 1) {
    for (const keep of nodeSets(program)) {
      const part = whole.keeping(new Set(keep));
      if (part) yield part;
    }
  }
  yield* fewerOutputs(c, program);
  yield* returnedAtTheEnd(c, program);
  yield* withoutUnread(c, program);
  if (count > 1) {
    for (let n = count - 1; n >= 0; n--) yield* bypassed(c, program, n);
  }
  yield* shared(c, whole);
  if (count > 1) yield* simplerOps(c, program);
}

/** Which nodes to keep, the boldest choice first; always fewer than all. */
function* nodeSets(program: CheckedProgram): Generator<number[]> {
  const count = program.nodes.length;
  const all = Array.from({ length: count }, (_, n) => n);
  const needed = neededValues(program);
  const living = all.filter((n) => program.made[n].some((v) => needed.has(v)));
  if (living.length < count) yield living;
  for (const length of [count >> 1, count >> 2]) {
    // Halves of a program that is large, with one across the middle; then quarters.
    if (length < 3) continue;
    for (let from = 0; from + length <= count; from += length) yield all.slice(from, from + length);
    if (length === count >> 1) yield all.slice(length >> 1, (length >> 1) + length);
  }
  if (count >= 12) yield* allBut(all, count >> 2);
  for (const n of all) yield [n];
  if (count > 2) yield* related(program);
  if (count >= 16) yield* allBut(all, count >> 3);
  yield* allBut(all, 1);
}

function* allBut(all: readonly number[], length: number): Generator<number[]> {
  for (let from = 0; from < all.length; from += length) {
    yield all.filter((n) => n < from || n >= from + length);
  }
}

/** Pairs of nodes of which one reads the other, or which read the same value. */
function* related({ nodes, made }: CheckedProgram): Generator<number[]> {
  for (const [n, node] of nodes.entries()) {
    for (let m = 0; m < n; m++) {
      const reads = made[m].some((v) => node.inputs.includes(v));
      if (reads || nodes[m].inputs.some((v) => node.inputs.includes(v))) yield [m, n];
    }
  }
}

function* fewerOutputs(c: Case, program: CheckedProgram): Generator<Case> {
  if (program.outputs.length < 2) return;
  for (const o of program.outputs.keys()) {
    const without = <T>(list: readonly T[]): T[] => list.filter((_, i) => i !== o);
    yield rebuilt(
      c,
      { ...plain(program), outputs: without(program.outputs) },
      c.inputs,
      without(c.cotangents),
    );
  }
}

/** Of a value that is read and returned, only what becomes of it is returned. */
function* returnedAtTheEnd(c: Case, program: CheckedProgram): Generator<Case> {
  const reads = new Set(program.nodes.flatMap((node) => node.inputs));
  const ends = program.made.flat().filter((v) => !reads.has(v) && !program.outputs.includes(v));
  for (const [o, v] of program.outputs.entries()) {
    if (!reads.has(v)) continue;
    for (const end of ends) {
      const cotangent = filled(program.shapes[end], 1);
      yield rebuilt(
        c,
        { ...plain(program), outputs: program.outputs.with(o, end) },
        c.inputs,
        c.cotangents.with(o, cotangent),
      );
    }
  }
}

/** Inputs that nothing reads or returns. */
function* withoutUnread(c: Case, program: CheckedProgram): Generator<Case> {
  const smaller = unreadDropped(c, plain(program), c.inputs, c.cotangents);
  if (smaller.inputs.length < c.inputs.length) yield smaller;
}

/** Node n is left out, and who read it reads one of its inputs instead: the graph keeps its paths. */
function* bypassed(c: Case, program: CheckedProgram, n: number): Generator<Case> {
  const [made, ...others] = program.made[n];
  if (others.length > 0) return;
  const shape = program.shapes[made];
  for (const v of new Set(program.nodes[n].inputs)) {
    if (!sameShape(program.shapes[v], shape) || (program.inputs[v]?.type ?? "float") !== "float") continue;
    const reroute = (w: number): number => {
      const at = w === made ? v : w;
      return at > made ? at - 1 : at;
    };
    yield unreadDropped(
      c,
      {
        inputs: program.inputs,
        nodes: program.nodes.flatMap((node, m) =>
          m === n ? [] : [{ ...node, inputs: node.inputs.map(reroute) }],
        ),
        outputs: program.outputs.map(reroute),
      },
      c.inputs,
      c.cotangents,
    );
  }
}

/**
 * Of a value that is read several times, one reader gets a copy of its own: what is still shared in the smallest case
 * is shared because the fault needs it.
 */
function* shared(c: Case, whole: Dissection): Generator<Case> {
  const { program } = whole;
  const first = program.inputs.length;
  const reads = [...program.nodes.flatMap((node) => node.inputs), ...program.outputs];
  for (const [n, node] of program.nodes.entries()) {
    for (const [k, v] of node.inputs.entries()) {
      if (reads.indexOf(v) === reads.lastIndexOf(v)) continue;
      const shifted = (w: number): number => (w < first ? w : w + 1);
      const nodes: Node[] = program.nodes.map((other, m) => ({
        ...other,
        inputs: other.inputs.map((w, j) => (m === n && j === k ? first : shifted(w))),
      }));
      yield rebuilt(
        c,
        {
          inputs: [...program.inputs, { shape: program.shapes[v], type: program.inputs[v]?.type ?? "float" }],
          nodes,
          outputs: program.outputs.map(shifted),
        },
        [...c.inputs, whole.valueOf(v)],
        c.cotangents,
      );
    }
  }
}

/** Ops that everybody knows by heart: one of them stands for another that only has to be there. */
export const SIMPLEST: readonly string[] = ["negative@1", "add@1"];

function* simplerOps(c: Case, program: CheckedProgram): Generator<Case> {
  for (const [n, node] of program.nodes.entries()) {
    if (SIMPLEST.includes(node.op)) continue;
    for (const op of SIMPLEST) {
      if (findOp(op).arity.low !== node.inputs.length || node.outputs !== undefined) continue;
      const nodes = program.nodes.map((other, m) => (m === n ? { ...node, op, attributes: {} } : other));
      const simpler = tryCheck({ ...plain(program), nodes });
      if (!simpler || !sameShape(simpler.shapes.at(-1)!, program.shapes.at(-1)!)) continue;
      yield { ...c, program: plain(simpler) };
    }
  }
}

const plain = ({ inputs, nodes, outputs }: Program): Program => ({ inputs, nodes, outputs });

/** A case without the inputs that nothing reads any more. */
export function unreadDropped(
  c: Case,
  program: Program,
  tensors: readonly Tensor[],
  cotangents: readonly Tensor[],
): Case {
  const read = new Set([...program.nodes.flatMap((node) => node.inputs), ...program.outputs]);
  const kept = program.inputs.flatMap((_, k) => (read.has(k) ? [k] : []));
  const gone = program.inputs.length - kept.length;
  const renumber = (v: number): number => (v < program.inputs.length ? kept.indexOf(v) : v - gone);
  return rebuilt(
    c,
    {
      inputs: kept.map((k) => program.inputs[k]),
      nodes: program.nodes.map((node) => ({ ...node, inputs: node.inputs.map(renumber) })),
      outputs: program.outputs.map(renumber),
    },
    kept.map((k) => tensors[k]),
    cotangents,
  );
}
