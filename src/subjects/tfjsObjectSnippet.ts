import { shortest } from "../core/float.js";
import { sizeOf } from "../core/shape.js";
import type { ObjectQuestion } from "../record/protocol.js";
import { changesOf, createOptimizer, findOptimizer } from "./tfjsOptimizers.js";
import { CHAINED_METHODS_SNIPPET } from "./tfjsChainedMethods.js";
import { findClipper } from "./tfjsClippers.js";
import { Expression } from "./tfjsExpression.js";
import { findInitializer } from "./tfjsInitializers.js";
import { preamble } from "./tfjsSnippet.js";
import { tensorLiteral } from "./tfjsTensors.js";
import type { TfjsDescription } from "./tfjsHello.js";
import { decodeTyped } from "./typedTensor.js";

type Of<C extends ObjectQuestion["cmd"]> = Extract<ObjectQuestion, { readonly cmd: C }>;

/** More numbers than this are not printed, but what can be said of them. */
const MOST_PRINTED = 1000;

const SHOW = [
  "let k = 0;",
  "const show = (y) => console.log(`value[${k++}]: ${y.dtype} [${y.shape}] = [${y.dataSync()}]`);",
];
const SUMMARIZE = [
  "let k = 0;",
  "const show = (y) => {",
  "  const { mean, variance } = tf.moments(y);",
  "  const [low, high] = [tf.min(y), tf.max(y)];",
  "  console.log(`value[${k++}]: ${y.dtype} [${y.shape}], mean ${mean.dataSync()}, variance ${variance.dataSync()}, ` +",
  "    `from ${low.dataSync()} to ${high.dataSync()}, beginning with ${y.dataSync().slice(0, 5)}`);",
  "};",
];

/** A module that needs nothing but the library, and prints what an initialiser, clipper or optimiser answers. */
export function tfjsObjectSnippet(question: ObjectQuestion, library: TfjsDescription): string {
  return [...preamble(library), ...linesFor(question, library), ``].join("\n");
}

function linesFor(question: ObjectQuestion, library: TfjsDescription): string[] {
  switch (question.cmd) {
    case "initialize":
      return initializeLines(question, library);
    case "clip":
      return clipLines(question);
    default:
      return optimizeLines(question);
  }
}

function initializeLines(question: Of<"initialize">, { id }: TfjsDescription): string[] {
  const { shape, seed, count } = question;
  const create = findInitializer(question).create(seed).toString();
  const isPart = id === "tfjs" && create.startsWith("tf.initializers.orthogonal");
  return [
    ...(isPart ? [...CHAINED_METHODS_SNIPPET, ``] : []),
    `const initializer = ${create};`,
    ...(sizeOf(shape) * count > MOST_PRINTED ? SUMMARIZE : SHOW),
    `for (let call = 0; call < ${count}; call++) show(initializer.apply([${shape.join(", ")}]));`,
  ];
}

function clipLines({ clipper, threshold, tensors }: Of<"clip">): string[] {
  const found = findClipper(clipper);
  return [
    ...SHOW,
    ...tensors.map(decodeTyped).flatMap((x, k) => {
      const name = `x${k}`;
      const clipped = found.call(Expression.value(name), Number(threshold), x.shape.length);
      return [`const ${name} = ${tensorLiteral(x)};`, `show(${clipped.toString()});`];
    }),
  ];
}

function optimizeLines({ optimizer, hyper, params, steps, last }: Of<"optimize">): string[] {
  const entry = findOptimizer(optimizer);
  const everyParameter = params.map((_, k) => k);
  return [
    `const params = [`,
    ...params.map((x) => `  tf.variable(${tensorLiteral(decodeTyped(x))}),`),
    `];`,
    `const optimizer = ${createOptimizer(entry, hyper).toString()};`,
    ...SHOW,
    ...steps.flatMap(({ gradients, hyper: changed, order = everyParameter }, t) => [
      ``,
      ...changesOf(entry, changed).map(
        ([setter, value]) => `optimizer.${setter}(${shortest(value, "f64")});`,
      ),
      `optimizer.applyGradients([`,
      ...order.map((k) => {
        const gradient = gradients[k];
        const tensor = gradient ? tensorLiteral(decodeTyped(gradient)) : "null";
        return `  { name: params[${k}].name, tensor: ${tensor} },`;
      }),
      `]);`,
      ...(last === true && t < steps.length - 1 ? [] : [`params.forEach(show);`]),
    ]),
  ];
}
