import type { Tensor } from "@tensorflow/tfjs-core";
import { neededValues } from "../record/program.js";
import type { Hello, ObjectQuestion } from "../record/protocol.js";
import {
  UnsupportedError,
  type Adapter,
  type AdapterContext,
  type AdapterRequest,
  type AdapterResult,
  type ClipRequest,
  type InitializeRequest,
  type OptimizeRequest,
  type TypedTensor,
} from "./adapter.js";
import { Expression, type Tf } from "./tfjsExpression.js";
import { clip } from "./tfjsClippers.js";
import { addChainedMethods } from "./tfjsChainedMethods.js";
import { tfjsHello, type TfjsDescription } from "./tfjsHello.js";
import { initialize } from "./tfjsInitializers.js";
import { translateRequest } from "./tfjsLayerProgram.js";
import { tfjsObjectSnippet } from "./tfjsObjectSnippet.js";
import { optimize } from "./tfjsOptimizers.js";
import {
  gradientAlong,
  gradientName,
  inputName,
  namesInList,
  seedName,
  tangentName,
  weightedSum,
  type TfjsProgram,
} from "./tfjsProgram.js";
import { tfjsSnippet } from "./tfjsSnippet.js";
import { makeTensor, readTensor } from "./tfjsTensors.js";

type Values = Map<string, unknown>;

/** What the library throws when nothing differentiable leads from x to y. */
const INDEPENDENT = "Cannot compute gradient of y=f(x) with respect to x";
/** In these words the library says that it does not have something; whatever else throws is an error. */
const NO_GRADIENT = /gradient function not found/;
const NOT_OFFERED = /not (?:yet )?(?:supported|implemented)/;

/** A layer without any setting has nothing that could be refused but itself, which is offered. */
const declines = ({ message }: Error, { layer }: AdapterRequest): boolean =>
  NO_GRADIENT.test(message) ||
  (NOT_OFFERED.test(message) && !(layer && Object.keys(layer.config).length === 0));

/** An adapter over whichever package the library came in. */
export class TfjsAdapter implements Adapter {
  private readonly leaking = new Set<string>();

  constructor(
    private readonly tf: Tf,
    private readonly context: AdapterContext,
    private readonly description: TfjsDescription,
  ) {
    addChainedMethods(tf);
  }

  hello(): Hello {
    return tfjsHello(this.tf, this.description);
  }

  evaluate(request: AdapterRequest): AdapterResult {
    const ops = request.layer?.name ?? request.program.nodes.map((node) => node.op).join(", ");
    return this.watched(`${ops} (${request.mode})`, () => this.evaluateTidily(request));
  }

  private evaluateTidily(request: AdapterRequest): AdapterResult {
    let result: AdapterResult = {};
    this.tf.tidy(() => {
      try {
        result = this.compute(request);
      } catch (error) {
        if (!(error instanceof UnsupportedError) && error instanceof Error && declines(error, request)) {
          throw new UnsupportedError(request.mode === "value" ? "attributes" : "mode", error.message);
        }
        throw error;
      }
    });
    return result;
  }

  initialize(request: InitializeRequest): readonly TypedTensor[] {
    return this.watched(request.initializer, () => initialize(this.tf, request));
  }

  clip(request: ClipRequest): readonly TypedTensor[] {
    return this.watched(request.clipper, () => clip(this.tf, request));
  }

  optimize(request: OptimizeRequest): readonly TypedTensor[] {
    return this.watched(request.optimizer, () => optimize(this.tf, request));
  }

  /** Says once of each thing that it leaves tensors behind. */
  private watched<R>(what: string, answer: () => R): R {
    const before = this.tf.memory().numTensors;
    const result = answer();
    const leaked = this.tf.memory().numTensors - before;
    if (leaked > 0 && !this.leaking.has(what)) {
      this.leaking.add(what);
      this.context.log("warn", `${leaked} tensors were not disposed by ${what}`);
    }
    return result;
  }

  private compute(request: AdapterRequest): AdapterResult {
    if (request.mode === "jvp") throw new UnsupportedError("mode", "TensorFlow.js has no forward mode");
    const { tf } = this;
    const program = translateRequest(request);
    const values: Values = new Map();
    const inputs = request.inputs.map((x, k) => this.tensor(x, inputName(k), values));
    if (request.nesting === "forward-over-reverse") {
      throw new UnsupportedError("mode", "TensorFlow.js has no forward mode");
    }
    const cotangents = request.program.outputs.length;
    const seeds = request.seeds.map((x, k) =>
      this.tensor(x, k < cotangents ? seedName(k) : tangentName(request.wrt[k - cotangents]), values),
    );
    const layers = program.layers.map(({ name, create, shape, weights, madeBy }) => {
      const layer = create.evaluate(tf, values) as ReturnType<Tf["layers"]["layerNormalization"]>;
      if (madeBy === "apply") layer.apply(inputs[0]);
      else layer.build([...shape]);
      // Weights that are no inputs of the op (the moving statistics, in training) stay what they are.
      layer.setWeights([...weights.map((k) => inputs[k]), ...layer.getWeights().slice(weights.length)]);
      weights.forEach((k, i) => {
        inputs[k] = layer.weights[i].read();
        values.set(inputName(k), inputs[k]);
      });
      values.set(name, layer);
      return layer;
    });
    try {
      const result =
        request.mode === "value"
          ? { value: this.run(program, values, "value").map(readTensor) }
          : this.differentiate(request, program, values, inputs);
      return {
        ...result,
        ...(request.want.includes("after") && {
          after: { inputs: inputs.map(readTensor), seeds: seeds.map(readTensor) },
        }),
      };
    } finally {
      for (const layer of layers) for (const weight of layer.weights) weight.dispose();
    }
  }

  /** Op by op, as user code calls them. */
  private run({ steps, outputs }: TfjsProgram, values: Values, mode: "value" | "vjp"): Tensor[] {
    for (const step of steps) {
      const { names, expression, op, attributes, inputs } = step;
      const shapes = inputs.map((input) => (values.get(input) as Tensor).shape);
      const refusal = op.refuses?.(attributes, shapes, mode);
      if (refusal !== undefined) throw new UnsupportedError("attributes", refusal);
      const made = expression.evaluate(this.tf, values);
      if (!op.list) values.set(names[0], made);
      else {
        namesInList(step).forEach((name, k) => {
          if (name !== "") values.set(name, (made as Tensor[])[k]);
        });
      }
    }
    return outputs.map((name) => values.get(name) as Tensor);
  }

  /**
   * `tf.grads` of Σ⟨dy, y⟩, which is how one differentiates a loss. The argument `dy` of `tf.grads` would do
   * the same for one output, but not for several, nor for an output that is an input.
   */
  private differentiate(
    request: AdapterRequest,
    program: TfjsProgram,
    values: Values,
    inputs: readonly Tensor[],
  ): AdapterResult {
    const { tf } = this;
    const { wrt, want } = request;
    if (request.bulk) return this.differentiateDirectly(program, values, inputs);
    // `tf.grads` throws for an input on which nothing depends.
    const used = neededValues(request.program);
    const asked = wrt.filter((k) => used.has(k));
    let value: TypedTensor[] = [];
    const loss = (...xs: Tensor[]): Tensor => {
      asked.forEach((k, i) => values.set(inputName(k), xs[i]));
      const ys = this.run(program, values, "vjp");
      if (want.includes("value")) value = ys.map(readTensor);
      return weightedSum(program.outputs.map(Expression.value)).evaluate(tf, values) as Tensor;
    };
    if (asked.length === 0) loss();
    const results =
      asked.length === 0
        ? []
        : request.mode === "hvp"
          ? this.secondOrder(loss, asked, values, inputs)
          : tf.grads(loss)(asked.map((k) => inputs[k]));
    return {
      value,
      grads: wrt.map((k) => {
        const result = results[asked.indexOf(k)];
        return result ? readTensor(result) : null;
      }),
    };
  }

  /**
   * The gradients of Σ⟨gradient, v⟩, one input at a time: where the gradient does not depend on an input, the library
   * says so by throwing.
   */
  private secondOrder(
    loss: (...xs: Tensor[]) => Tensor,
    asked: readonly number[],
    values: Values,
    inputs: readonly Tensor[],
  ): (Tensor | null)[] {
    const { tf } = this;
    const along = (...xs: Tensor[]): Tensor => {
      tf.grads(loss)(xs).forEach((g, i) => values.set(gradientName(asked[i]), g));
      return gradientAlong(asked).evaluate(tf, values) as Tensor;
    };
    const xs = asked.map((k) => inputs[k]);
    return xs.map((x, i) => {
      try {
        return tf.grad((moved: Tensor) => along(...xs.map((other, j) => (i === j ? moved : other))))(x);
      } catch (error) {
        if (error instanceof Error && error.message.startsWith(INDEPENDENT)) return null;
        throw error;
      }
    });
  }

  /** By the argument `dy` of `tf.grads`: a third of the time of the loss, whose sum broadcasts its gradient. */
  private differentiateDirectly(
    program: TfjsProgram,
    values: Values,
    inputs: readonly Tensor[],
  ): AdapterResult {
    let value: TypedTensor[] = [];
    const f = (...xs: Tensor[]): Tensor => {
      xs.forEach((x, k) => values.set(inputName(k), x));
      const [y] = this.run(program, values, "vjp");
      value = [readTensor(y)];
      return y;
    };
    const grads = this.tf
      .grads(f)([...inputs], values.get("dy0") as Tensor)
      .map(readTensor);
    return { value, grads };
  }

  private tensor(x: TypedTensor, name: string, values: Values): Tensor {
    const tensor = makeTensor(this.tf, x);
    values.set(name, tensor);
    return tensor;
  }

  snippet(request: AdapterRequest): string {
    return tfjsSnippet(request, this.description);
  }

  objectSnippet(question: ObjectQuestion): string {
    return tfjsObjectSnippet(question, this.description);
  }

  reset(): void {
    this.tf.disposeVariables();
  }
}
