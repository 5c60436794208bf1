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

/** One application of an op. Values are numbered: the program's inputs first, then the nodes in order. */
export const node = z.object({
  op: z.string(),
  attributes,
  inputs: z.array(z.number().int().nonnegative()).readonly(),
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
