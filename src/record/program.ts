import { z } from "zod";

const attributeValue = z.union([
  z.number(),
  z.boolean(),
  z.string(),
  z.array(z.number()).readonly(),
  z.array(z.array(z.number()).readonly()).readonly(),
]);
export type AttributeValue = z.infer<typeof attributeValue>;

/** Plain JSON, so that a program travels as it is. */
export const attributes = z.record(z.string(), attributeValue).readonly();
export type Attributes = z.infer<typeof attributes>;

/** Numbers to differentiate, conditions (0 or 1), positions. The precision of numbers belongs to the case. */
export const inputType = z.enum(["float", "bool", "index"]);
export type InputType = z.infer<typeof inputType>;

const shape = z.array(z.number().int().nonnegative()).readonly();

export const programInput = z.object({ shape, type: inputType });
export type ProgramInput = z.infer<typeof programInput>;

/**
 * One application of an op. Values are numbered: the program's inputs first, then what the nodes make, in order.
 */
export const node = z.object({
  op: z.string(),
  attributes,
  inputs: z.array(z.number().int().nonnegative()).readonly(),
  /** How many values it makes (the pieces of a split). Default 1. */
  outputs: z.number().int().positive().optional(),
});
export type Node = z.infer<typeof node>;

/** A graph in static single assignment form: every value is made once, before it is used. */
export const program = z.object({
  inputs: z.array(programInput).readonly(),
  nodes: z.array(node).readonly(),
  /** Numbers of the values that the program returns. */
  outputs: z.array(z.number().int().nonnegative()).readonly(),
});
export type Program = z.infer<typeof program>;

/** The numbers of the values that each node makes. */
export function valuesOfNodes({ inputs, nodes }: Pick<Program, "inputs" | "nodes">): number[][] {
  let next = inputs.length;
  return nodes.map(({ outputs = 1 }) => Array.from({ length: outputs }, () => next++));
}

/** Numbers of the values on which some output depends, outputs included. */
export function neededValues(program: Program): ReadonlySet<number> {
  const needed = new Set(program.outputs);
  const made = valuesOfNodes(program);
  for (let n = program.nodes.length - 1; n >= 0; n--) {
    if (!made[n].some((value) => needed.has(value))) continue;
    for (const value of program.nodes[n].inputs) needed.add(value);
  }
  return needed;
}
