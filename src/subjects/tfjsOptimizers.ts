import type { Optimizer, Tensor, Variable } from "@tensorflow/tfjs-core";
import type { Hyper, OptimizerPromise } from "../record/promises.js";
import { UnsupportedError, type OptimizeRequest, type TypedTensor } from "./adapter.js";
import { documented } from "./tfjsDocumentation.js";
import { Expression, type Argument, type Tf } from "./tfjsExpression.js";
import { makeTensor, readTensor } from "./tfjsTensors.js";

type Setter = "setLearningRate" | "setMomentum";

/** One of `tf.train`, with what its documentation promises. */
export interface TfjsOptimizer {
  readonly promise: OptimizerPromise;
  readonly function: Exclude<keyof Tf["train"], "prototype">;
  /** Names of its arguments, in order. */
  readonly parameters: readonly string[];
  /** Arguments that follow, and make it what it is. */
  readonly further?: readonly Argument[];
  /** Methods that change a number on the way. Fields are not public: they are declared `protected`. */
  readonly setters?: Readonly<Record<string, Setter>>;
}

/** Of the backend; every `epsilon` is this where none is given, and Adagrad, which has no such argument, has no other. */
const EPSILON = 1e-7;

type Promised = Pick<OptimizerPromise, "algorithm" | "hyper" | "required"> & { readonly says: string };

/** Where epsilon stands, and where the rate, is said by none of the comments; they name papers. */
const promised = (name: TfjsOptimizer["function"], { says, ...rest }: Promised): OptimizerPromise => ({
  ...rest,
  choices: {},
  ...documented(`train.${name}`, says),
});

const MOMENTUM = {
  function: "momentum",
  parameters: ["learningRate", "momentum"],
  setters: { learningRate: "setLearningRate", momentum: "setMomentum" },
} as const;
const MOMENTUM_SAYS =
  "Constructs a `tf.MomentumOptimizer` that uses momentum gradient descent. " +
  "See http://proceedings.mlr.press/v28/sutskever13.pdf";

const RMSPROP = {
  function: "rmsprop",
  parameters: ["learningRate", "decay", "momentum", "epsilon"],
} as const;
const RMSPROP_HYPER = { decay: 0.9, momentum: 0, epsilon: EPSILON };

/** By name: what `tf.train` has, and the variants that an argument chooses. */
export const TFJS_OPTIMIZERS: Readonly<Record<string, TfjsOptimizer>> = {
  sgd: {
    function: "sgd",
    parameters: ["learningRate"],
    setters: { learningRate: "setLearningRate" },
    promise: promised("sgd", {
      algorithm: "sgd",
      hyper: {},
      required: ["learningRate"],
      says: "Constructs a `tf.SGDOptimizer` that uses stochastic gradient descent.",
    }),
  },
  momentum: {
    ...MOMENTUM,
    promise: promised("momentum", {
      algorithm: "momentum",
      hyper: {},
      required: ["learningRate", "momentum"],
      says: MOMENTUM_SAYS,
    }),
  },
  nesterov: {
    ...MOMENTUM,
    further: [true],
    promise: promised("momentum", {
      algorithm: "nesterov",
      hyper: {},
      required: ["learningRate", "momentum"],
      says: `${MOMENTUM_SAYS} (useNesterov)`,
    }),
  },
  adagrad: {
    function: "adagrad",
    parameters: ["learningRate", "initialAccumulator"],
    promise: promised("adagrad", {
      algorithm: "adagrad",
      hyper: { initialAccumulator: 0.1, epsilon: EPSILON },
      required: ["learningRate"],
      says:
        "Constructs a `tf.AdagradOptimizer` that uses the Adagrad algorithm. See " +
        "http://www.jmlr.org/papers/volume12/duchi11a/duchi11a.pdf",
    }),
  },
  adadelta: {
    function: "adadelta",
    parameters: ["learningRate", "rho", "epsilon"],
    promise: promised("adadelta", {
      algorithm: "adadelta",
      hyper: { learningRate: 0.001, rho: 0.95, epsilon: EPSILON },
      says: "Constructs a `tf.AdadeltaOptimizer` that uses the Adadelta algorithm. See https://arxiv.org/abs/1212.5701",
    }),
  },
  rmsprop: {
    ...RMSPROP,
    promise: promised("rmsprop", {
      algorithm: "rmsprop",
      hyper: RMSPROP_HYPER,
      required: ["learningRate"],
      says:
        "Constructs a `tf.RMSPropOptimizer` that uses RMSProp gradient descent. This implementation uses plain " +
        "momentum and is not centered version of RMSProp. See " +
        "http://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf",
    }),
  },
  centeredRmsprop: {
    ...RMSPROP,
    further: [true],
    promise: promised("rmsprop", {
      algorithm: "centeredRmsprop",
      hyper: RMSPROP_HYPER,
      required: ["learningRate"],
      says: "centered: If true, gradients are normalized by the estimated variance of the gradient.",
    }),
  },
  adam: {
    function: "adam",
    parameters: ["learningRate", "beta1", "beta2", "epsilon"],
    promise: promised("adam", {
      algorithm: "adam",
      hyper: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: EPSILON },
      says: "Constructs a `tf.AdamOptimizer` that uses the Adam algorithm. See https://arxiv.org/abs/1412.6980",
    }),
  },
  adamax: {
    function: "adamax",
    parameters: ["learningRate", "beta1", "beta2", "epsilon", "rateDecay"],
    promise: promised("adamax", {
      algorithm: "adamax",
      hyper: { learningRate: 0.002, beta1: 0.9, beta2: 0.999, epsilon: EPSILON, rateDecay: 0 },
      says: "Constructs a `tf.AdamaxOptimizer` that uses the Adamax algorithm. See https://arxiv.org/abs/1412.6980",
    }),
  },
};

/** @throws UnsupportedError for a name that is not in the table */
export function findOptimizer(optimizer: string): TfjsOptimizer {
  if (Object.hasOwn(TFJS_OPTIMIZERS, optimizer)) return TFJS_OPTIMIZERS[optimizer];
  throw new UnsupportedError("object", `TensorFlow.js has no optimiser "${optimizer}"`);
}

/** The call that makes it: numbers that are not given are left to the library. @throws UnsupportedError */
export function createOptimizer(entry: TfjsOptimizer, hyper: Hyper): Expression {
  const { function: name, parameters, further = [] } = entry;
  const unknown = Object.keys(hyper).find((given) => !parameters.includes(given));
  if (unknown !== undefined) {
    throw new UnsupportedError("attributes", `tf.train.${name} has no parameter for ${unknown}`);
  }
  return Expression.call(`train.${name}`, ...parameters.map((parameter) => hyper[parameter]), ...further);
}

/** The methods that make the changes. @throws UnsupportedError where there is no such method */
export function changesOf(entry: TfjsOptimizer, hyper: Hyper = {}): (readonly [Setter, number])[] {
  return Object.entries(hyper).map(([name, value]) => {
    const setter = entry.setters?.[name];
    if (setter) return [setter, value];
    throw new UnsupportedError("attributes", `tf.train.${entry.function} has no method that changes ${name}`);
  });
}

type Changeable = Optimizer & Readonly<Record<Setter, (value: number) => void>>;

/** `applyGradients` step by step, on variables that begin with the parameters. */
export function optimize(tf: Tf, request: OptimizeRequest): TypedTensor[] {
  const { hyper, params, steps, last } = request;
  const entry = findOptimizer(request.optimizer);
  const optimizer = createOptimizer(entry, hyper).evaluate(tf, new Map()) as Changeable;
  const made: Tensor[] = [];
  const make = (x: TypedTensor): Tensor => {
    const tensor = makeTensor(tf, x);
    made.push(tensor);
    return tensor;
  };
  const variables: Variable[] = [];
  const results: TypedTensor[] = [];
  try {
    for (const x of params) variables.push(tf.variable(make(x)));
    steps.forEach((step, t) => {
      for (const [setter, value] of changesOf(entry, step.hyper)) optimizer[setter](value);
      const order = step.order ?? variables.map((_, k) => k);
      const handedOver = order.map((k) => {
        const gradient = step.gradients[k];
        // A missing gradient is null, which the declared type does not say.
        return { name: variables[k].name, tensor: (gradient && make(gradient)) as Tensor };
      });
      optimizer.applyGradients(handedOver);
      if (!last || t === steps.length - 1) results.push(...variables.map(readTensor));
      tf.dispose(made.splice(0));
    });
  } finally {
    tf.dispose(made);
    tf.dispose(variables);
    optimizer.dispose();
  }
  return results;
}
