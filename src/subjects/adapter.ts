import type { EvalRequest, Hello, Log, Mode, Nesting, ObjectQuestion } from "../record/protocol.js";
import type { FloatType } from "../core/float.js";
import type { Hyper } from "../record/promises.js";
import type { Program } from "../record/program.js";
import type { TypedTensor } from "./typedTensor.js";

export type { TypedTensor } from "./typedTensor.js";

export interface AdapterRequest {
  readonly program: Program;
  readonly mode: Mode;
  readonly inputs: readonly TypedTensor[];
  /** Numbers of the inputs to differentiate. */
  readonly wrt: readonly number[];
  /** Cotangents, one per output (vjp); tangents, one per entry of `wrt` (jvp); cotangents, then tangents (hvp). */
  readonly seeds: readonly TypedTensor[];
  /** How an hvp is to be computed. Default: as the library likes. */
  readonly nesting?: Nesting | undefined;
  /** The subject's own layer that is to be used instead of ops; its weights are inputs of the program. */
  readonly layer?: EvalRequest["layer"];
  readonly want: readonly EvalRequest["want"][number][];
  /**
   * Thousands of elements of one elementwise op: of several public ways to ask the library for the same bits, take
   * the fastest. Default false.
   */
  readonly bulk?: boolean;
}

/** What was wanted; the rest may be left out. */
export interface AdapterResult {
  readonly value?: readonly TypedTensor[];
  /**
   * In the order of `wrt`: gradients (vjp) or Hessian-vector products (hvp), null where none is defined. Or tangents of
   * the outputs (jvp).
   */
  readonly grads?: readonly (TypedTensor | null)[];
  /** What the library's own input and seed objects hold when it is done. */
  readonly after?: { readonly inputs: readonly TypedTensor[]; readonly seeds: readonly TypedTensor[] };
}

/** See `initializeRequest`. */
export interface InitializeRequest {
  readonly initializer: string;
  readonly shape: readonly number[];
  readonly dtype: FloatType;
  readonly seed: number;
  readonly count: number;
}

/** See `clipRequest`. */
export interface ClipRequest {
  readonly clipper: string;
  readonly threshold: number;
  readonly tensors: readonly TypedTensor[];
}

/** See `optimizeRequest`. */
export interface OptimizeRequest {
  readonly optimizer: string;
  readonly hyper: Hyper;
  readonly params: readonly TypedTensor[];
  readonly steps: readonly {
    readonly gradients: readonly (TypedTensor | null)[];
    readonly hyper?: Hyper | undefined;
    readonly order?: readonly number[] | undefined;
  }[];
  readonly last: boolean;
}

/**
 * What the author of an implementation writes.
 *
 * An adapter contains no arithmetic: every number in its results was made by the library's own objects, with
 * the library's own defaults. Results are typed arrays; when they alias the library's memory, aliasing between
 * them can be seen and is reported.
 */
export interface Adapter {
  hello(): Hello;
  /** @throws UnsupportedError for what the library does not have; anything else thrown is the library's error */
  evaluate(request: AdapterRequest): AdapterResult | Promise<AdapterResult>;
  /** A stand-alone program in the library's own language that asks the same. */
  snippet(request: AdapterRequest): string;
  /** Of what `capabilities` lists, by the library's own objects. @throws like `evaluate` */
  initialize?(request: InitializeRequest): readonly TypedTensor[] | Promise<readonly TypedTensor[]>;
  clip?(request: ClipRequest): readonly TypedTensor[] | Promise<readonly TypedTensor[]>;
  optimize?(request: OptimizeRequest): readonly TypedTensor[] | Promise<readonly TypedTensor[]>;
  /** A stand-alone program in the library's own language that asks the same of one of these objects. */
  objectSnippet?(question: ObjectQuestion): string;
  /** Drop caches and device memory. */
  reset?(): void | Promise<void>;
}

/** What an adapter may ask of its surroundings. */
export interface AdapterContext {
  log(level: Log["level"], message: string): void;
}

/**
 * Thrown by an adapter when the library lacks something. Something it has and fails at is any other error.
 *
 * @param what `op`, `mode`, `dtype`, `attributes` or `program`
 * @param detail in the library's words where it has any
 */
export class UnsupportedError extends Error {
  constructor(
    readonly what: string,
    readonly detail: string,
  ) {
    super(`${what}: ${detail}`);
    this.name = "UnsupportedError";
  }
}
