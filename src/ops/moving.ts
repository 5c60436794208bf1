import { real } from "./op.js";

/** What the ops that move elements have in common. */
export const moving = {
  version: 1,
  family: "movement",
  arity: { low: 1, high: 1 },
  inputs: () => [{ name: "x", domain: real }],
  kinks: [],
  textbook: [],
} as const;
