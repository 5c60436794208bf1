import { z } from "zod";
import type { FloatType } from "../core/float.js";
import type { Tensor } from "../core/tensor.js";
import { decodeTensor, encodeTensor, wireTensor } from "./tensor.js";

export const settings = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.number())]),
);
export type Settings = z.infer<typeof settings>;

/**
 * What is asked of one of a subject's objects, such as an initialiser or an optimiser: plain data from which an inquiry
 * (see `laws/inquiry`) makes its questions, so that it can be kept, made simpler and asked again.
 */
export interface Scenario {
  /** The object: `initializer:glorotUniform`, `optimizer:adam`. */
  readonly target: string;
  readonly dtype: FloatType;
  readonly settings: Settings;
  /** Numbers of the scenario's precision, held as doubles. */
  readonly tensors: readonly Tensor[];
  readonly seed: number;
  /** What it was drawn to cover. */
  readonly tags: readonly string[];
}

export const wireScenario = z.object({
  target: z.string(),
  dtype: z.enum(["f32", "f64"]),
  settings,
  tensors: z.array(wireTensor),
  seed: z.number().int(),
  tags: z.array(z.string()),
});
export type WireScenario = z.infer<typeof wireScenario>;

export const encodeScenario = (s: Scenario): WireScenario => ({
  ...s,
  tensors: s.tensors.map((x) => encodeTensor(x, s.dtype)),
  tags: [...s.tags],
});

export const decodeScenario = (wire: WireScenario): Scenario => ({
  ...wire,
  tensors: wire.tensors.map(decodeTensor),
});
