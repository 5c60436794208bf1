import type { Shape } from "../core/shape.js";
import type { Attributes } from "../ops/op.js";
import { check, type CheckedProgram, type InputType, type Node, type ProgramInput } from "./program.js";

/** A value of a program under construction. */
export interface Value {
  readonly id: number;
}

/**
 * Writes a program node by node.
 *
 * @example
 * const b = new ProgramBuilder();
 * const x = b.input([2]);
 * b.build(b.apply("multiply", [x, x])).outputs // [1]
 */
export class ProgramBuilder {
  private readonly inputs: ProgramInput[] = [];
  private readonly nodes: { op: string; attributes: Attributes; inputs: Value[]; outputs: number }[] = [];
  private next = 0;

  /** @throws Error after the first `apply`: inputs are numbered before nodes */
  input(shape: Shape, type: InputType = "float"): Value {
    if (this.nodes.length > 0) throw new Error("declare every input before the first node");
    this.inputs.push({ shape, type });
    return { id: this.next++ };
  }

  apply(op: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.applyAll(op, inputs, attributes, 1)[0];
  }

  /** For ops that make several values. */
  applyAll(op: string, inputs: readonly Value[], attributes: Attributes, outputs: number): Value[] {
    this.nodes.push({ op: op.includes("@") ? op : `${op}@1`, attributes, inputs: [...inputs], outputs });
    return Array.from({ length: outputs }, () => ({ id: this.next++ }));
  }

  /** @throws InvalidProgramError */
  build(...outputs: Value[]): CheckedProgram {
    const nodes: Node[] = this.nodes.map(({ outputs, inputs, ...node }) => ({
      ...node,
      inputs: inputs.map((value) => value.id),
      ...(outputs > 1 && { outputs }),
    }));
    return check({ inputs: this.inputs, nodes, outputs: outputs.map((value) => value.id) });
  }
}
