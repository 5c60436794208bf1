import { z } from "zod";
import { exhaustQuestion, statistics } from "./exhaustion.js";
import { program } from "./program.js";
import { hyper, promises } from "./promises.js";
import { settings } from "./scenario.js";
import { wireTensor } from "./tensor.js";

/** Messages between the driver and a subject's process: one JSON object per line, replies matched by `id`. */

export const PROTOCOL_VERSION = 1;

/** `hvp`: Hessian-vector products, of Σ⟨cotangent, output⟩ along the tangents. */
export const mode = z.enum(["value", "vjp", "jvp", "hvp"]);
export type Mode = z.infer<typeof mode>;

/** How modes are nested for second order, the outer one first. */
export const NESTINGS = ["forward-over-reverse", "reverse-over-reverse"] as const;
export const nesting = z.enum(NESTINGS);
export type Nesting = z.infer<typeof nesting>;

export const helloRequest = z.object({
  cmd: z.literal("hello"),
  id: z.string(),
  protocol: z.object({ name: z.literal("gradproof-subject"), versions: z.array(z.number().int()) }),
  client: z.object({ name: z.string(), version: z.string() }),
});

/** What a subject refuses although it has the op: cases in which all of this is so. */
export const refusal = z.object({
  /** Attribute classes that do not go together (`strides=2`, `dilation=2`); one alone, or none: whatever they are. */
  classes: z.array(z.string()),
  /** Ways of asking in which it is refused. Default: all. */
  modes: z.array(mode).optional(),
  /** Numbers of axes of the first input that are not refused; default: none is accepted. */
  unlessRank: z.object({ low: z.number().int(), high: z.number().int() }).optional(),
  /** The library's reason. */
  reason: z.string(),
});
export type Refusal = z.infer<typeof refusal>;

/** What a subject has of one op. */
export const opCapability = z.object({
  modes: z.array(mode),
  dtypes: z.array(z.enum(["f32", "f64"])),
  /** Attribute classes that the subject does not offer (`padding=explicit`), each with the library's reason. */
  without: z.record(z.string(), z.string()).optional(),
  /** What goes together with what it does not offer: no such cases are drawn. */
  refuses: z.array(refusal).optional(),
});

export const hello = z.object({
  implementation: z.object({
    id: z.string(),
    name: z.string(),
    version: z.string(),
    language: z.string(),
    homepage: z.string().optional(),
    issues: z.string().optional(),
    license: z.string().optional(),
  }),
  environment: z.object({
    languageVersion: z.string(),
    os: z.string(),
    arch: z.string(),
    target: z.object({ kind: z.string(), backend: z.string() }).optional(),
    libs: z.record(z.string(), z.string()).optional(),
  }),
  capabilities: z.object({
    ops: z.record(z.string(), opCapability),
    /** Programs of several nodes. */
    graphs: z.boolean(),
    /** Subnormal results become zero. */
    flush: z.boolean().optional(),
    /** Second order by either nesting, as the request wants it. */
    nestings: z.boolean().optional(),
    /** Its numbers are those that the records' own rules give in doubles: what is proved of these is true of it. */
    recordRules: z.boolean().optional(),
    /** Each gradient is memory of its own, that its receiver may overwrite. */
    ownsGradients: z.boolean().optional(),
    /** What it has beside ops, each with what its documentation promises. */
    ...promises.shape,
  }),
  limits: z.object({ maxInFlight: z.number().int().positive().optional() }).optional(),
});
export type Hello = z.infer<typeof hello>;
export const helloReply = hello.extend({ id: z.string(), protocol: z.number().int() });
/** Instead of a hello: the subject cannot run here, or speaks other versions. */
export const helloRefusal = z.object({
  id: z.string(),
  error: z.object({ kind: z.string(), message: z.string() }),
});

export const evalRequest = z.object({
  cmd: z.literal("eval"),
  id: z.string(),
  /** Stable name of the case, for logs. */
  case: z.string().optional(),
  deadlineMs: z.number().optional(),
  program,
  mode,
  inputs: z.array(wireTensor),
  /** Numbers of the inputs to differentiate. */
  wrt: z.array(z.number().int().nonnegative()),
  /**
   * Cotangents, one per output (vjp); tangents, one per entry of `wrt` (jvp); cotangents, then tangents (hvp).
   */
  seeds: z.array(wireTensor),
  /** For hvp. Default: the subject's own choice. */
  nesting: nesting.optional(),
  /**
   * The program is what this layer of the subject means, with these settings given explicitly (in the words of
   * `networks/`), and the subject is to use the layer. Default: its ops. A layer that is random in training means what it
   * is outside of it, its x; with `training: true` it draws, by a `seed` if one is given, once for each output.
   *
   * A batch norm that promises what it keeps is asked for that, too: the program's outputs are y, the mean and the
   * variance that are kept after the call, and what is kept before stands among its inputs. Inputs that are numbers by
   * themselves are constants of the program, and nothing of the layer's.
   */
  layer: z.object({ name: z.string(), config: settings }).optional(),
  /** `after`: what the subject's own copies of inputs and seeds hold when it is done. `shared`: see the reply. */
  want: z.array(z.enum(["value", "grads", "after", "shared"])),
});
export type EvalRequest = z.infer<typeof evalRequest>;

export const evalOk = z.object({
  id: z.string(),
  status: z.literal("ok"),
  value: z.array(wireTensor).optional(),
  /**
   * In the order of `wrt`: gradients (vjp) or Hessian-vector products (hvp), null where none is defined. Or tangents of
   * the outputs (jvp).
   */
  grads: z.array(wireTensor.nullable()).optional(),
  after: z.object({ inputs: z.array(wireTensor), seeds: z.array(wireTensor) }).optional(),
  /** Pairs of results that share memory, such as `["gradient[0]", "gradient[1]"]`. */
  shared: z.array(z.tuple([z.string(), z.string()])).optional(),
  us: z.number().optional(),
});
export const evalUnsupported = z.object({
  id: z.string(),
  status: z.literal("unsupported"),
  what: z.string(),
  detail: z.string().optional(),
});
/** The error type of a result whose data is not as long as its shape says: the library made such a tensor. */
export const INCONSISTENT_TENSOR = "InconsistentTensor";

export const evalError = z.object({
  id: z.string(),
  status: z.literal("error"),
  error: z.object({ type: z.string(), message: z.string(), trace: z.string().optional() }),
});
/** The adapter returned something that is not a result: a fault of the adapter, not of the library. */
export const evalMalformed = z.object({ id: z.string(), status: z.literal("protocol"), detail: z.string() });
export const evalReply = z.discriminatedUnion("status", [evalOk, evalUnsupported, evalError, evalMalformed]);
export type EvalReply = z.infer<typeof evalReply>;

/** What became of a request: the subject's answer, or why there is none. */
export type Outcome =
  | EvalReply
  /** `confirmed`: it happened again when the request was alone in a new process. */
  | { readonly status: "crash" | "timeout"; readonly detail: string; readonly confirmed: boolean }
  | { readonly status: "protocol"; readonly detail: string }
  /** Never sent: the circuit breaker, the restart budget, or the subject was closed. */
  | { readonly status: "not-run"; readonly detail: string };

/**
 * Weights from one of the subject's initialisers: one object, made once, asked `count` times. Answered as `value`, one
 * tensor each time.
 */
export const initializeRequest = z.object({
  cmd: z.literal("initialize"),
  id: z.string(),
  initializer: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  dtype: z.enum(["f32", "f64"]),
  seed: z.number().int(),
  count: z.number().int().positive(),
});

/** Gradients through one of its clippers. Answered as `value`, in the same order. */
export const clipRequest = z.object({
  cmd: z.literal("clip"),
  id: z.string(),
  clipper: z.string(),
  threshold: z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]),
  tensors: z.array(wireTensor),
});

/**
 * A run of one of its optimisers over given gradients. Answered as `value`: the parameters after each step, all of the
 * first step first.
 */
export const optimizeRequest = z.object({
  cmd: z.literal("optimize"),
  id: z.string(),
  optimizer: z.string(),
  /** Those that are given explicitly; the others keep the subject's defaults. */
  hyper,
  params: z.array(wireTensor),
  steps: z.array(
    z.object({
      /** Null for a parameter that has no gradient in this step. */
      gradients: z.array(wireTensor.nullable()),
      /** Changed before this step, where the optimiser offers that. */
      hyper: hyper.optional(),
      /** The order in which the parameters are handed over. Default: as they are. */
      order: z.array(z.number().int().nonnegative()).optional(),
    }),
  ),
  /** Only the parameters after the last step. Default: after each. */
  last: z.boolean().optional(),
});

export const objectRequest = z.discriminatedUnion("cmd", [initializeRequest, clipRequest, optimizeRequest]);
export type ObjectRequest = z.infer<typeof objectRequest>;

export const snippetRequest = evalRequest.omit({ cmd: true }).extend({ cmd: z.literal("snippet") });
/** The same for a question to one of the subject's objects. */
export const objectSnippetRequest = z.object({
  cmd: z.literal("object-snippet"),
  id: z.string(),
  of: z.discriminatedUnion("cmd", [
    initializeRequest.omit({ id: true }),
    clipRequest.omit({ id: true }),
    optimizeRequest.omit({ id: true }),
  ]),
});
export const snippetOk = z.object({ id: z.string(), status: z.literal("ok"), code: z.string() });
export const snippetReply = z.discriminatedUnion("status", [snippetOk, evalUnsupported, evalError]);
export type SnippetReply = z.infer<typeof snippetReply>;

/** Every float32 of a range, judged where the answers are: only gradproof's own host of adapters answers this. */
export const exhaustRequest = exhaustQuestion.extend({ cmd: z.literal("exhaust"), id: z.string() });
export const exhaustOk = z.object({
  id: z.string(),
  status: z.literal("ok"),
  statistics,
  /** Processor time that it took. */
  cpuMs: z.number(),
});
export const exhaustReply = z.discriminatedUnion("status", [exhaustOk, evalUnsupported, evalError]);
export type ExhaustReply = z.infer<typeof exhaustReply>;

/** From the subject at any time, without an id. */
export const logMessage = z.object({
  log: z.object({ level: z.enum(["debug", "info", "warn", "error"]), message: z.string() }),
});
export type Log = z.infer<typeof logMessage>["log"];

/** Drop caches and device memory. */
export const resetRequest = z.object({ cmd: z.literal("reset"), id: z.string() });
export const resetReply = z.object({ id: z.string(), status: z.literal("ok") });
export const byeRequest = z.object({ cmd: z.literal("bye") });

export const request = z.discriminatedUnion("cmd", [
  helloRequest,
  evalRequest,
  initializeRequest,
  clipRequest,
  optimizeRequest,
  snippetRequest,
  objectSnippetRequest,
  exhaustRequest,
  resetRequest,
  byeRequest,
]);
export type Request = z.infer<typeof request>;

/** What a law asks; the driver adds the id. */
export type EvalQuestion = Omit<EvalRequest, "cmd" | "id">;
/** What an inquiry asks of one of the subject's objects. */
export type ObjectQuestion = z.infer<typeof objectSnippetRequest>["of"];
/** Anything that can be asked and is answered with tensors. */
export type Question = ({ readonly cmd: "eval" } & EvalQuestion) | ObjectQuestion;
