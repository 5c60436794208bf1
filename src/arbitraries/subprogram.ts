import { formatOf } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { toTensor, type NdArray, type Tensor } from "../core/tensor.js";
import { bundleOf } from "../program/bundle.js";
import { evaluateDoubles, liftAll } from "../program/evaluate.js";
import { differentiable, type CheckedProgram } from "../program/program.js";
import { allCotangents, vjpOfNode } from "../program/reverse.js";
import type { Case } from "../record/case.js";
import type { Program } from "../record/program.js";
import { tryCheck } from "./validCase.js";

/**
 * A case taken apart: some of its nodes by themselves, at the values and the cotangents that they had in the whole.
 *
 * What flows in from other nodes becomes an input, what flows out becomes an output whose cotangent is what the others
 * would have sent back. Up to rounding each node then does what it did before, so that a fault goes with its nodes.
 */
export class Dissection {
  private readonly values: readonly Tensor[];
  /** What each node sends back to each value that it reads; undefined where no output depends on the node. */
  private readonly sentBack: readonly ((Tensor | null)[] | undefined)[];

  private constructor(
    private readonly c: Case,
    readonly program: CheckedProgram,
  ) {
    const values = evaluateDoubles(DOUBLES, program, c.inputs);
    const cotangents = allCotangents(DOUBLES, program, values, liftAll(DOUBLES, c.cotangents));
    const exact = (x: NdArray<number>): Tensor => toTensor(DOUBLES, x);
    this.values = values.map(exact);
    this.sentBack = program.nodes.map((_, n) => {
      if (program.made[n].every((v) => !cotangents[v])) return undefined;
      const gy = bundleOf(DOUBLES, program, n, cotangents);
      return vjpOfNode(DOUBLES, program, n, values, gy, 0).map((gx) => gx && exact(gx));
    });
  }

  /** Undefined when the program does not fit together. */
  static of(c: Case): Dissection | undefined {
    const program = tryCheck(c.program);
    return program && new Dissection(c, program);
  }

  /** The case of some nodes; undefined when no output depends on them. */
  keeping(nodes: ReadonlySet<number>): Case | undefined {
    const { program, c } = this;
    const first = program.inputs.length;
    const kept = program.nodes.filter((_, n) => nodes.has(n));
    const made = program.made.flatMap((values, n) => (nodes.has(n) ? values : []));
    const isKept = (v: number): boolean => made.includes(v);
    const read = new Set(kept.flatMap((node) => node.inputs));
    const reads = new Set(program.nodes.flatMap((node) => node.inputs));
    // An input that nothing reads is there for a reason of its own.
    const incoming = program.shapes.flatMap((_, v) =>
      !isKept(v) && (read.has(v) || (v < first && !reads.has(v))) ? [v] : [],
    );
    const order = [...incoming, ...made];
    const outgoing = order.flatMap((v) => {
      const cotangent = this.fromOutside(v, nodes);
      return cotangent && (isKept(v) || program.outputs.includes(v)) ? [{ v, cotangent }] : [];
    });
    if (!outgoing.some(({ v }) => isKept(v))) return undefined;
    const renumber = (v: number): number => order.indexOf(v);
    const smaller: Program = {
      inputs: incoming.map((v) => ({ shape: program.shapes[v], type: program.inputs[v]?.type ?? "float" })),
      nodes: kept.map((node) => ({ ...node, inputs: node.inputs.map(renumber) })),
      outputs: outgoing.map(({ v }) => renumber(v)),
    };
    return rebuilt(
      c,
      smaller,
      incoming.map((v) => this.valueOf(v)),
      outgoing.map(({ cotangent }) => rounded(c, cotangent)),
    );
  }

  /** A value in the precision of the case. */
  valueOf(v: number): Tensor {
    return v < this.c.inputs.length ? this.c.inputs[v] : rounded(this.c, this.values[v]);
  }

  /** The cotangent that reaches a value from outputs of the case and from nodes that are not kept. */
  private fromOutside(v: number, nodes: ReadonlySet<number>): Tensor | undefined {
    const { program, c } = this;
    const isInput = v < program.inputs.length;
    const terms = program.outputs.flatMap((output, o) => (output === v ? [c.cotangents[o]] : []));
    if (!isInput) {
      program.nodes.forEach((node, n) => {
        if (nodes.has(n)) return;
        node.inputs.forEach((w, k) => {
          const gx = w === v ? this.sentBack[n]?.[k] : undefined;
          if (gx) terms.push(gx);
        });
      });
    }
    if (terms.length === 0) return undefined;
    const { shape } = terms[0];
    return { shape, data: terms[0].data.map((_, i) => terms.reduce((sum, { data }) => sum + data[i], 0)) };
  }
}

const rounded = (c: Case, { shape, data }: Tensor): Tensor => ({
  shape,
  data: data.map(formatOf(c.dtype).round),
});

/** A case of another program; tangents are the numbers of the old ones, over again. */
export function rebuilt(
  c: Case,
  program: Program,
  inputs: readonly Tensor[],
  cotangents: readonly Tensor[],
): Case {
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
