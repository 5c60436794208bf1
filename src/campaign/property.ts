import type { Refuses } from "../arbitraries/applyOp.js";
import type { FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import type { Law } from "../laws/law.js";
import type { AnyOp } from "../ops/op.js";
import type { Case } from "../record/case.js";
import type { Evidence } from "../record/record.js";

/** What the generator of a property is told. */
export interface DrawRequest {
  readonly dtype: FloatType;
  /** Attribute classes that the case must have. */
  readonly classes: Readonly<Record<string, string>>;
  /** Whether the subject has an op: for programs of several. */
  readonly has: (op: string) => boolean;
  /** Whether it refuses an op with such attributes and so many axes: for programs, too. */
  readonly refuses: Refuses;
}

/** A law with a name, a plain statement, a source, and a way to draw its cases. */
export interface Property {
  /** As in `--only`: lower case, hyphens. */
  readonly name: string;
  /** What is promised, in one sentence. */
  readonly statement: string;
  readonly source: string;
  readonly law: Law;
  /** How strong a pass is. Default "sampled". */
  readonly evidence?: Evidence;
  /** Which ops it says something about; `"programs"` for compositions, which have a row of their own. */
  readonly about: ((op: AnyOp) => boolean) | "programs";
  /** Only this precision; default every one that the subject has. */
  readonly dtype?: FloatType;
  /** Something else that a subject must have, and what to say when it has not. */
  readonly needs?: {
    readonly capability: "graphs" | "ownsGradients" | "nestings" | "recordRules";
    readonly because: string;
  };
  /** Attribute classes get cells of their own; otherwise the op as a whole is one cell. */
  readonly perClass: boolean;
  draw(stream: Stream, op: AnyOp | undefined, request: DrawRequest): Case;
}

/** The op column of properties about compositions. */
export const PROGRAMS = "programs";
