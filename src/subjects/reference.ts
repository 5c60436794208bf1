import type { Algebra } from "../core/algebra.js";
import { F32, type FloatType } from "../core/float.js";
import { DOUBLES, rounded, roundToNearest } from "../core/numberAlgebra.js";
import type { NdArray, Tensor } from "../core/tensor.js";
import { layerNetwork } from "../networks/layerNetwork.js";
import { NOISY_KINDS } from "../networks/noiseLayers.js";
import { OPS } from "../ops/index.js";
import { opId, type AnyOp } from "../ops/op.js";
import { evaluate, evaluateDoubles, type Form } from "../program/evaluate.js";
import { forward } from "../program/forward.js";
import { check, type CheckedProgram } from "../program/program.js";
import { reverse } from "../program/reverse.js";
import { forwardOverReverse, reverseOverReverse } from "../program/secondOrder.js";
import type { LayerPromise } from "../record/promises.js";
import type { Hello, ObjectQuestion } from "../record/protocol.js";
import type { Program } from "../record/program.js";
import {
  UnsupportedError,
  type AdapterRequest,
  type AdapterResult,
  type ClipRequest,
  type InitializeRequest,
  type OptimizeRequest,
} from "./adapter.js";
import {
  findObject,
  REFERENCE_PROMISES,
  referenceObjects,
  type ReferenceObjects,
} from "./referenceObjects.js";
import { ReferenceNoise } from "./referenceNoise.js";
import { gradproofVersion } from "../core/gradproofVersion.js";
import type { SynchronousAdapter } from "./intercept.js";
import type { TypedTensor } from "./typedTensor.js";

export interface ReferenceOptions {
  /** `f64`: the careful rules, in doubles. `f32`: textbook forms, rounded after every primitive. Default f64. */
  readonly precision?: FloatType;
  /** Results below the smallest normal float32 become 0. Default false. */
  readonly flush?: boolean;
  /** Which accepted form the rules use. Default 0 (careful) in f64, 1 (textbook) in f32. */
  readonly form?: Form;
  /** The order in which sums are added up, in f32. Default: as the terms come. */
  readonly order?: (n: number) => readonly number[];
  /** Puts another record in an op's place: this is how mutants are made. Default: the op itself. */
  readonly replace?: (op: AnyOp) => AnyOp;
}

/** Our own automatic differentiation as a subject: all ops, all modes. */
export function referenceAdapter(options: ReferenceOptions = {}): SynchronousAdapter {
  return new ReferenceAdapter(options);
}

class ReferenceAdapter implements SynchronousAdapter {
  private readonly precision: FloatType;
  private readonly flush: boolean;
  private readonly form: Form;
  private readonly A: Algebra<number>;
  private readonly objects: ReferenceObjects;
  private readonly noise = new ReferenceNoise();
  private readonly records: ReadonlyMap<AnyOp, AnyOp>;

  constructor(options: ReferenceOptions) {
    this.precision = options.precision ?? "f64";
    this.flush = options.flush ?? false;
    this.form = options.form ?? (this.precision === "f32" ? 1 : 0);
    const { order, replace = (op) => op } = options;
    this.A =
      this.precision === "f32"
        ? rounded({ ...roundToNearest(F32, { flush: this.flush }), ...(order && { order }) })
        : DOUBLES;
    this.objects = referenceObjects(REFERENCE_PROMISES, this.precision, this.A);
    this.records = new Map(OPS.map((op) => [op, withoutStaleRules(op, replace(op))]));
  }

  hello(): Hello {
    const single = this.precision === "f32";
    return {
      implementation: {
        id: single ? (this.flush ? "reference-f32-ftz" : "reference-f32") : "reference",
        name: single
          ? `gradproof in float32${this.flush ? ", subnormals flushed" : ""}`
          : "gradproof in float64",
        version: gradproofVersion(),
        language: "javascript",
        license: "MIT",
      },
      environment: {
        languageVersion: process.versions.node,
        os: process.platform,
        arch: process.arch,
        target: { kind: "cpu", backend: single ? "rounded doubles" : "doubles" },
      },
      capabilities: {
        ops: Object.fromEntries(
          OPS.map((op) => [opId(op), { modes: ["value", "vjp", "jvp", "hvp"], dtypes: [this.precision] }]),
        ),
        graphs: true,
        flush: this.flush,
        nestings: true,
        recordRules: !single && this.form === 0,
        ownsGradients: true,
        ...REFERENCE_PROMISES,
      },
    };
  }

  /** A layer of the reference is its program, or where it is random that of what it draws. */
  evaluate(request: AdapterRequest): AdapterResult {
    this.checkDtype(request);
    if (request.layer) {
      const promise = findObject(REFERENCE_PROMISES.layers, "layer", request.layer.name);
      if (this.noise.isNoisy(request, promise)) return this.evaluate(this.noise.drawn(request, promise));
      refuseLayer(request, promise);
    }
    const program = this.checked(request.program);
    const inputs = request.inputs.map(toDoubles);
    const seeds = request.seeds.map(toDoubles);
    const { A, form } = this;
    const values =
      this.precision === "f64" && form === 0
        ? evaluateDoubles(A, program, inputs)
        : evaluate(A, program, inputs, { form });
    const grads = this.differentiate(request, program, values, seeds);
    return {
      value: program.outputs.map((value) => this.result(values[value])),
      ...(grads && { grads }),
      after: {
        inputs: inputs.map((x, k) => ({
          shape: x.shape,
          data: like(request.inputs[k]).from(x.data),
        })),
        seeds: seeds.map((x) => this.result(x)),
      },
    };
  }

  private differentiate(
    { mode, wrt, nesting }: AdapterRequest,
    program: CheckedProgram,
    values: readonly NdArray<number>[],
    seeds: readonly Tensor[],
  ): (TypedTensor | null)[] | undefined {
    const { A, form } = this;
    if (mode === "value") return undefined;
    if (mode === "hvp") {
      const cotangents = seeds.slice(0, program.outputs.length);
      const tangents = program.inputs.map((_, k) => seeds[program.outputs.length + wrt.indexOf(k)] ?? null);
      const nested = nesting === "reverse-over-reverse" ? reverseOverReverse : forwardOverReverse;
      const moving = { inputs: values.slice(0, program.inputs.length), cotangents, tangents };
      const products = nested(A, program, moving, { form });
      return wrt.map((k) => products[k] && this.result(products[k]));
    }
    if (mode === "jvp") {
      const tangents = program.inputs.map((_, input) => {
        const k = wrt.indexOf(input);
        return k < 0 ? null : seeds[k];
      });
      return forward(A, program, values, tangents).map((dy) => this.result(dy));
    }
    const gradients = reverse(A, program, values, seeds, { form });
    return wrt.map((input) => {
      const gx = gradients[input];
      return gx && this.result(gx);
    });
  }

  /** The program, with the records that this adapter uses. */
  private checked(program: Program): CheckedProgram {
    const checked = check(program);
    return { ...checked, ops: checked.ops.map((op) => this.records.get(op) ?? op) };
  }

  /** A copy, so that each result is memory of its own: rules may return what they were given. */
  private result({ shape, data }: NdArray<number>): TypedTensor {
    return { shape, data: (this.precision === "f32" ? Float32Array : Float64Array).from(data) };
  }

  private checkDtype({ program, inputs }: AdapterRequest): void {
    const wanted = this.precision === "f32" ? Float32Array : Float64Array;
    const other = inputs.some((x, k) => program.inputs[k]?.type === "float" && !(x.data instanceof wanted));
    if (other) throw new UnsupportedError("dtype", `computes in ${this.precision} only`);
  }

  initialize(request: InitializeRequest): readonly TypedTensor[] {
    return this.objects.initialize(request);
  }

  clip(request: ClipRequest): readonly TypedTensor[] {
    return this.objects.clip(request);
  }

  optimize(request: OptimizeRequest): readonly TypedTensor[] {
    return this.objects.optimize(request);
  }

  objectSnippet(question: ObjectQuestion): string {
    const { precision, flush, form } = this;
    return [
      `import { inProcessSubject, referenceAdapter } from "gradproof";`,
      ``,
      `const reference = referenceAdapter(${JSON.stringify({ precision, flush, form })});`,
      `console.log(await inProcessSubject("reference", reference).ask(${JSON.stringify(question)}));`,
      ``,
    ].join("\n");
  }

  snippet(request: AdapterRequest): string {
    const { precision, flush, form } = this;
    return [
      `import { referenceAdapter } from "gradproof";`,
      ``,
      `const reference = referenceAdapter(${JSON.stringify({ precision, flush, form })});`,
      `const { value, grads } = reference.evaluate({`,
      `  program: ${JSON.stringify(request.program)},`,
      `  mode: ${JSON.stringify(request.mode)},`,
      `  inputs: [${request.inputs.map(literal).join(", ")}],`,
      `  wrt: ${JSON.stringify(request.wrt)},`,
      `  seeds: [${request.seeds.map(literal).join(", ")}],`,
      `  want: ["value", "grads"],`,
      `});`,
      `console.log(value, grads);`,
      ``,
    ].join("\n");
  }
}

/** What `networks/` refuse of a layer is refused, whatever its program. @throws GradproofError as `layerNetwork` */
function refuseLayer({ layer, inputs }: AdapterRequest, { kind, config, moving }: LayerPromise): void {
  if (!layer || NOISY_KINDS.includes(kind)) return;
  // How much is kept of old batches is no setting of what the layer returns.
  const { momentum: _momentum, ...rest } = layer.config;
  const given = moving ? rest : layer.config;
  layerNetwork({ kind, config: { ...config, ...given }, shape: inputs[0].shape });
}

/** Where a rule was replaced, the kernels and textbook forms of the old one must not bypass it. */
function withoutStaleRules(op: AnyOp, record: AnyOp): AnyOp {
  const changed = record.meaning !== op.meaning || record.vjp !== op.vjp;
  if (!changed) return record;
  const { kernels, ...rest } = record;
  return {
    ...rest,
    ...(kernels && kernels !== op.kernels && { kernels }),
    textbook: record.textbook === op.textbook ? [] : record.textbook,
  };
}

const toDoubles = ({ shape, data }: TypedTensor): Tensor => ({ shape, data: Float64Array.from(data) });

type TypedArrayClass = { from(values: ArrayLike<number>): TypedTensor["data"] };
const like = ({ data }: TypedTensor): TypedArrayClass => data.constructor as unknown as TypedArrayClass;

function literal(x: TypedTensor): string {
  const values = Array.from(x.data, (value) => (Object.is(value, -0) ? "-0" : String(value)));
  return `{ shape: [${x.shape.join(", ")}], data: ${x.data.constructor.name}.of(${values.join(", ")}) }`;
}
