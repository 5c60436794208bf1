import type { NdArray, Tensor } from "../core/tensor.js";
import type { AnyOp } from "../ops/op.js";
import { bundleOf } from "../program/bundle.js";
import { evaluate } from "../program/evaluate.js";
import { check, type CheckedProgram } from "../program/program.js";
import { reverse, vjpOfNode } from "../program/reverse.js";
import type { Attributes, InputType } from "../record/program.js";
import { conditionOf, Meter, type Measured } from "./conditioning.js";
import { inDomain, tryOp } from "./validCase.js";

/** A value that is there already, or an input that is still to be added. */
export type Source = number | { readonly type: InputType; readonly value: Tensor };

type Values = readonly NdArray<number>[];

/** A program that grows node by node, with all of its values in doubles and in float32. */
export class ProgramDraft {
  private constructor(
    private readonly meter: Meter,
    readonly program: CheckedProgram,
    readonly inputs: readonly Tensor[],
    /** Every value, in doubles first. */
    private readonly values: readonly Values[],
    /** Of the node that was added last. */
    readonly last: Pick<Measured, "closeCalls" | "atJump"> & { readonly condition: number },
  ) {}

  static of(value: Tensor): ProgramDraft {
    const program = check({ inputs: [{ shape: value.shape, type: "float" }], nodes: [], outputs: [0] });
    return new ProgramDraft(new Meter(), program, [value], [[value], [value], [value]], {
      closeCalls: 0,
      atJump: false,
      condition: 0,
    });
  }

  /** A value in doubles. */
  value(v: number): Tensor {
    return this.values[0][v] as Tensor;
  }

  get nodes(): number {
    return this.program.nodes.length;
  }

  /** Numbers of the values that nodes made. */
  get made(): number[] {
    return this.program.made.flat();
  }

  /** What the last node made. */
  get lastMade(): readonly number[] {
    return this.program.made[this.nodes - 1];
  }

  /** How often each value is read. */
  get uses(): number[] {
    const uses = this.program.shapes.map(() => 0);
    for (const node of this.program.nodes) for (const v of node.inputs) uses[v]++;
    return uses;
  }

  /** The draft with one more node; undefined where the op does not take these values. */
  extended(op: AnyOp, attributes: Attributes, sources: readonly Source[]): ProgramDraft | undefined {
    const xs = sources.map((s) => (typeof s === "number" ? this.value(s) : s.value));
    const alone = tryOp(
      op,
      xs.map((x) => x.shape),
      attributes,
    );
    if (!alone || !inDomain(op, xs, attributes)) return undefined;
    const fresh = sources.filter((s) => typeof s !== "number");
    const known = this.program.inputs.length;
    let next = known;
    const shifted = (v: number): number => (v < known ? v : v + fresh.length);
    const read = sources.map((s) => (typeof s === "number" ? shifted(s) : next++));
    const inserted = <T>(all: readonly T[], more: readonly T[]): T[] => [
      ...all.slice(0, known),
      ...more,
      ...all.slice(known),
    ];
    const before = this.values.map((all) =>
      inserted(
        all,
        fresh.map(({ value }) => value),
      ),
    );
    const results = this.meter.measure((A, which) =>
      evaluate(
        A,
        alone,
        read.map((v) => before[which][v]),
      ).slice(read.length),
    );
    const { inputs, nodes, ops, shapes, made } = this.program;
    const own = [...alone.outputs.keys()].map((o) => shapes.length + fresh.length + o);
    const program: CheckedProgram = {
      inputs: [...inputs, ...fresh.map(({ type, value }) => ({ shape: value.shape, type }))],
      nodes: [
        ...nodes.map((node) => ({ ...node, inputs: node.inputs.map(shifted) })),
        { ...alone.nodes[0], inputs: read },
      ],
      outputs: own,
      ops: [...ops, op],
      shapes: [
        ...inserted(
          shapes,
          fresh.map(({ value }) => value.shape),
        ),
        ...alone.shapes.slice(read.length),
      ],
      made: [...made.map((values) => values.map(shifted)), own],
    };
    return new ProgramDraft(
      this.meter,
      program,
      [...this.inputs, ...fresh.map(({ value }) => value)],
      before.map((all, which) => [...all, ...(which === 0 ? results.exact : results.float32[which - 1])]),
      { closeCalls: results.closeCalls, atJump: results.atJump, condition: conditionOf(results) },
    );
  }

  /** What the last node passes on of cotangents of what it made, and how its comparisons come out there. */
  lastCotangents(cotangents: readonly Tensor[]): Measured {
    const n = this.nodes - 1;
    const byValue: (Tensor | undefined)[] = [];
    this.lastMade.forEach((v, o) => (byValue[v] = cotangents[o]));
    return this.meter.measure((A, which) => {
      const gy = bundleOf(A, this.program, n, byValue);
      return vjpOfNode(A, this.program, n, this.values[which], gy, 0).filter((gx) => gx !== null);
    });
  }

  /** The gradients for these outputs. */
  gradients(outputs: readonly number[], cotangents: readonly Tensor[]): Measured {
    const program = { ...this.program, outputs };
    return this.meter.measure((A, which) =>
      reverse(A, program, this.values[which], cotangents).filter((gx) => gx !== null),
    );
  }
}
