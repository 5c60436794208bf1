import type { FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import type { Inquiry } from "../laws/inquiry.js";
import type { Promises, Stated } from "../record/promises.js";
import type { Hello } from "../record/protocol.js";
import type { Evidence } from "../record/record.js";
import type { Scenario } from "../record/scenario.js";

/** An object of the subject, and what its documentation promises of it. */
export interface Target<P extends Stated = Stated> {
  /** `initializer:glorotUniform`. */
  readonly name: string;
  readonly promise: P;
}

/** What a scenario is drawn for. */
export interface ScenarioRequest<P extends Stated> {
  readonly target: Target<P>;
  readonly dtype: FloatType;
}

/**
 * A property of a subject's objects: its initialisers, clippers, optimisers or layers. As a `Property` is of its ops, but
 * with questions that follow from answers.
 */
export interface TrialProperty<P extends Stated = Stated> {
  /** With its area: `initialization/variance`. */
  readonly name: string;
  /** What is promised, in one sentence. */
  readonly statement: string;
  readonly source: string;
  /** `statistical`: its verdict may be wrong by chance, and takes a share of the run's budget. */
  readonly evidence: Evidence;
  readonly of: Kind;
  /** The objects that it says something about. */
  about(promise: P): boolean;
  /** Whether the documentation is what it holds objects to, and is to be cited. Default true. */
  readonly cites?: boolean;
  /**
   * Properties that say why an object breaks this one too: where it breaks one of them, by numbers as well, that is the
   * fault, and this is how it shows. Default: none.
   */
  readonly presupposes?: readonly string[];
  /** Whether it tests what all objects of its kind have in common: it is broken by one fault then. Default false. */
  readonly shared?: boolean;
  /** Scenarios for each object. `sampled` ones take the run's number of cases per cell unless it says otherwise. */
  readonly scenarios?: number;
  draw(stream: Stream, request: ScenarioRequest<P>): Scenario;
  inquire(target: Target<P>): Inquiry;
  /** Simpler scenarios, the simplest first. Default: none, and a wrong one is shown as it was drawn. */
  simpler?(scenario: Scenario, target: Target<P>): Iterable<Scenario>;
}

/** The list of `capabilities` in which its objects stand, with the word for one of them. */
const KINDS = {
  initializers: "initializer",
  clippers: "clipper",
  optimizers: "optimizer",
  layers: "layer",
} as const satisfies Record<keyof Promises, string>;
export type Kind = keyof typeof KINDS;

/** The op column of a property of objects of which a subject has none. */
export const kindName = (kind: Kind): string => KINDS[kind];

/** Everything of a kind that the subject says it has. */
export const targetsOf = (hello: Hello, kind: Kind): Target[] =>
  Object.entries(hello.capabilities[kind] ?? {}).map(([name, promise]) => ({
    name: `${KINDS[kind]}:${name}`,
    promise,
  }));

/** The name by which the subject knows the object. */
export const objectName = (target: string): string => target.slice(target.indexOf(":") + 1);
