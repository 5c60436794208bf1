import { formatOf } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { sameShape } from "../core/shape.js";
import { toTensor, type NdArray, type Tensor } from "../core/tensor.js";
import { zeros } from "../ops/linear.js";
import { evaluateDoubles, liftAll } from "../program/evaluate.js";
import { differentiable } from "../program/program.js";
import { allCotangents } from "../program/reverse.js";
import type { Case } from "../record/case.js";
import { neededValues, valuesOfNodes, type Node, type Program } from "../record/program.js";
import { tryCheck } from "./validCase.js";

/** The same computation with fewer nodes: one of them alone, one output, the first or last few, or one left out. */
export function* smallerPrograms(c: Case): Generator<Case> {
  const program = tryCheck(c.program);
  if (!program || program.nodes.length < 2) return;
  const first = program.inputs.length;
  const values = evaluateDoubles(DOUBLES, program, c.inputs);
  const cotangents = allCotangents(DOUBLES, program, values, liftAll(DOUBLES, c.cotangents));
  const { round } = formatOf(c.dtype);
  const rounded = (x: NdArray<number>): Tensor => {
    const exact = toTensor(DOUBLES, x);
    return { shape: exact.shape, data: exact.data.map(round) };
  };
  // One node at the values and the cotangent that it had: most faults belong to one op.
  for (const [n, node] of program.nodes.entries()) {
    const distinct = [...new Set(node.inputs)];
    const made = program.made[n];
    if (made.every((value) => !cotangents[value])) continue;
    yield rebuilt(
      c,
      {
        inputs: distinct.map((v) => ({ shape: program.shapes[v], type: program.inputs[v]?.type ?? "float" })),
        nodes: [{ ...node, inputs: node.inputs.map((v) => distinct.indexOf(v)) }],
        outputs: made.map((_, o) => distinct.length + o),
      },
      distinct.map((v) => rounded(values[v])),
      made.map((value) => rounded(cotangents[value] ?? zeros(DOUBLES, program.shapes[value]))),
    );
  }
  if (program.outputs.length > 1) {
    for (const [o, value] of program.outputs.entries()) {
      yield pruned(c, { ...program, outputs: [value] }, c.inputs, [c.cotangents[o]]);
    }
  }
  for (let n = 0; n < program.nodes.length - 1; n++) {
    const made = program.made[n].filter((value) => cotangents[value]);
    const shorter = { ...program, nodes: program.nodes.slice(0, n + 1), outputs: made };
    const seeds = made.map((value) => rounded(cotangents[value]!));
    if (made.length > 0) yield pruned(c, shorter, c.inputs, seeds);
  }
  // A value that a node made becomes an input: what made it is not needed any more.
  for (let made = values.length - 1; made >= first; made--) {
    const renumber = (value: number): number => (value === made ? first : value < first ? value : value + 1);
    const later: Program = {
      inputs: [...program.inputs, { shape: program.shapes[made], type: "float" }],
      nodes: program.nodes.map((node) => ({ ...node, inputs: node.inputs.map(renumber) })),
      outputs: program.outputs.map(renumber),
    };
    yield pruned(c, later, [...c.inputs, rounded(values[made])], c.cotangents);
  }
  for (let n = 0; n < program.nodes.length; n++) {
    const [made, ...others] = program.made[n];
    for (const v of program.nodes[n].inputs) {
      if (others.length > 0 || !sameShape(program.shapes[v], program.shapes[made])) continue;
      const reroute = (value: number): number => (value === made ? v : value);
      yield pruned(
        c,
        {
          ...program,
          nodes: program.nodes.map((node) => ({ ...node, inputs: node.inputs.map(reroute) })),
          outputs: program.outputs.map(reroute),
        },
        c.inputs,
        c.cotangents,
      );
    }
  }
}

/** Leaves out nodes and inputs that no output needs. */
function pruned(c: Case, program: Program, tensors: readonly Tensor[], cotangents: readonly Tensor[]): Case {
  const needed = new Set(neededValues(program));
  const made = valuesOfNodes(program);
  const keeps = made.map((values) => values.some((value) => needed.has(value)));
  made.forEach((values, n) => {
    if (keeps[n]) for (const value of values) needed.add(value);
  });
  const kept = [...needed].sort((a, b) => a - b);
  const renumber = (value: number): number => kept.indexOf(value);
  const nodes: Node[] = program.nodes
    .filter((_, n) => keeps[n])
    .map((node) => ({ ...node, inputs: node.inputs.map(renumber) }));
  const inputs = program.inputs.flatMap((_, k) => (needed.has(k) ? [k] : []));
  return rebuilt(
    c,
    { inputs: inputs.map((k) => program.inputs[k]), nodes, outputs: program.outputs.map(renumber) },
    inputs.map((k) => tensors[k]),
    cotangents,
  );
}

/** A case of another program; tangents are the numbers of the old ones, over again. */
function rebuilt(c: Case, program: Program, inputs: readonly Tensor[], cotangents: readonly Tensor[]): Case {
  const pool = c.tangents.flatMap((x) => [...x.data]);
  let next = 0;
  return {
    ...c,
    program,
    inputs,
    cotangents,
    tangents: differentiable(program).map((k) => ({
      shape: inputs[k].shape,
      data: inputs[k].data.map(() => pool[next++ % Math.max(pool.length, 1)] ?? 1),
    })),
  };
}
