import { GradproofError } from "../core/errors.js";
import type { AnyOp } from "../ops/op.js";
import { shown } from "./argument.js";

/** What a record must have, and of what kind it is. */
const REQUIRED = {
  name: "string",
  version: "number",
  family: "string",
  summary: "string",
  source: "string",
  attributes: "object",
  inputs: "function",
  arity: "object",
  kinks: "object",
  shape: "function",
  draw: "function",
  meaning: "function",
  jvp: "function",
  vjp: "function",
  textbook: "object",
} as const satisfies Partial<Record<keyof AnyOp, string>>;

/** @throws GradproofError `bad-record` with the fields that are missing, or are of another kind */
export function requireRecord(op: AnyOp): void {
  if (typeof op !== "object" || op === null) {
    throw new GradproofError(
      "bad-record",
      `check takes the record of an op, as elementwise({ … }) makes one; got ${shown(op)}`,
    );
  }
  const given = Object.fromEntries(Object.entries(op)) as Readonly<Record<string, unknown>>;
  const absent = Object.keys(REQUIRED).filter((field) => given[field] === undefined || given[field] === null);
  const odd = Object.entries(REQUIRED).filter(
    ([field, kind]) => !absent.includes(field) && typeof given[field] !== kind,
  );
  if (absent.length + odd.length === 0) return;
  const complaints = [
    ...(absent.length > 0 ? [`${absent.join(", ")} ${absent.length > 1 ? "are" : "is"} missing`] : []),
    ...odd.map(([field, kind]) => `${field} is ${shown(given[field])}, and must be a ${kind}`),
  ];
  const unwrapped = absent.includes("shape") && typeof given["meaning"] === "function";
  const hint = unwrapped ? "; a rule about single elements is wrapped: check(elementwise(record))" : "";
  throw new GradproofError(
    "bad-record",
    `the record given to check is incomplete: ${complaints.join("; ")}${hint}`,
  );
}
