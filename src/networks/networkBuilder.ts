import { InvalidProgramError } from "../core/errors.js";
import type { Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { findOp } from "../ops/index.js";
import type { Attributes } from "../ops/op.js";
import { ProgramBuilder, type Value } from "../program/builder.js";
import type { InputType } from "../program/program.js";
import type { Network } from "./network.js";

/** A value of a network under construction: its shape is known. */
export interface NetworkValue {
  readonly shape: Shape;
}

interface NamedInput {
  readonly value: NetworkValue;
  readonly type: InputType;
  readonly learnt?: true;
  readonly constant?: Tensor;
}

interface Step {
  readonly op: string;
  readonly inputs: readonly NetworkValue[];
  readonly attributes: Attributes;
  readonly made: readonly NetworkValue[];
}

/**
 * Writes a network layer by layer: unlike a program's builder it takes inputs at any time, knows shapes, and gives
 * names to what is learnt and to what may be looked at.
 *
 * @example
 * const b = new NetworkBuilder();
 * const x = b.input("x", [2]);
 * b.mark("square", b.apply("multiply", [x, x]));
 * b.build("square").inputs // { x: 0 }
 */
export class NetworkBuilder {
  private readonly inputs = new Map<string, NamedInput>();
  private readonly names = new Map<string, NetworkValue>();
  private readonly steps: Step[] = [];
  private readonly scopes: string[] = [];

  /** An input that is given at every evaluation. @throws InvalidProgramError for a name that is taken */
  input(name: string, shape: Shape, type: InputType = "float"): NetworkValue {
    return this.declare(name, { value: { shape }, type });
  }

  /** An input that is learnt. @throws InvalidProgramError for a name that is taken */
  parameter(name: string, shape: Shape): NetworkValue {
    return this.declare(name, { value: { shape }, type: "float", learnt: true });
  }

  /** An input whose value belongs to the network. @throws InvalidProgramError for a name that is taken */
  constant(name: string, tensor: Tensor): NetworkValue {
    return this.declare(name, { value: { shape: tensor.shape }, type: "float", constant: tensor });
  }

  /** Names that are given meanwhile begin with `name/`. */
  within<R>(name: string, step: () => R): R {
    this.scopes.push(name);
    try {
      return step();
    } finally {
      this.scopes.pop();
    }
  }

  /** @throws InvalidProgramError when the op does not take such inputs */
  apply(op: string, inputs: readonly NetworkValue[], attributes: Attributes = {}): NetworkValue {
    const shapes = inputs.map(({ shape }) => shape);
    const value = { shape: findOp(op).shape(shapes, attributes) };
    this.steps.push({ op, inputs, attributes, made: [value] });
    return value;
  }

  /** For ops that make several values. @throws InvalidProgramError when the op does not take such inputs */
  applyAll(op: string, inputs: readonly NetworkValue[], attributes: Attributes = {}): NetworkValue[] {
    const shapes = inputs.map(({ shape }) => shape);
    const parts = findOp(op).parts?.(shapes, attributes);
    if (!parts) return [this.apply(op, inputs, attributes)];
    const made = parts.map((shape) => ({ shape }));
    this.steps.push({ op, inputs, attributes, made });
    return made;
  }

  /** Gives a value a name. @throws InvalidProgramError for a name that is taken */
  mark(name: string, value: NetworkValue): NetworkValue {
    const full = [...this.scopes, name].join("/");
    if (this.names.has(full)) throw new InvalidProgramError(`"${full}" names two values of the network`);
    this.names.set(full, value);
    return value;
  }

  /**
   * The network that returns the named values.
   *
   * @throws InvalidProgramError for a name that no value has
   */
  build(...outputs: string[]): Network {
    const program = new ProgramBuilder();
    const known = new Map<NetworkValue, Value>();
    for (const { value, type } of this.inputs.values()) known.set(value, program.input(value.shape, type));
    for (const { op, inputs, attributes, made } of this.steps) {
      const read = inputs.map((value) => known.get(value)!);
      program.applyAll(op, read, attributes, made.length).forEach((value, k) => known.set(made[k], value));
    }
    const returned = outputs.map((name) => {
      const value = this.names.get(name);
      if (value) return known.get(value)!;
      throw new InvalidProgramError(`no value of the network is called "${name}"`);
    });
    const numbered = (named: Iterable<readonly [string, NetworkValue]>): Record<string, number> =>
      Object.fromEntries(Array.from(named, ([name, value]) => [name, known.get(value)!.id]));
    const constants = [...this.inputs].flatMap(([name, { constant }]) =>
      constant ? [[name, constant] as const] : [],
    );
    return {
      program: program.build(...returned),
      inputs: numbered(Array.from(this.inputs, ([name, { value }]) => [name, value] as const)),
      parameters: [...this.inputs].flatMap(([name, { learnt }]) => (learnt ? [name] : [])),
      constants: Object.fromEntries(constants),
      values: numbered(this.names),
    };
  }

  private declare(name: string, input: NamedInput): NetworkValue {
    this.mark(name, input.value);
    this.inputs.set([...this.scopes, name].join("/"), input);
    return input.value;
  }
}
