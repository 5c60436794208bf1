import { neededValues } from "../record/program.js";
import type { AdapterRequest, TypedTensor } from "./adapter.js";
import type { TfjsDescription } from "./tfjsHello.js";
import { Expression } from "./tfjsExpression.js";
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
import { translateRequest } from "./tfjsLayerProgram.js";
import { tensorLiteral } from "./tfjsTensors.js";

/** A module that needs nothing but the library, and prints the value and the gradients of one case. */
export function tfjsSnippet(request: AdapterRequest, library: TfjsDescription): string {
  const { program, mode } = request;
  const translated = translateRequest(request);
  const weights = new Set(translated.layers.flatMap((layer) => layer.weights));
  const names = program.inputs.map((_, k) => inputName(k));
  const call = `f(${names.join(", ")})`;
  const single = program.outputs.length === 1;
  return [
    ...preamble(library),
    ...request.inputs.flatMap((x, k) => (weights.has(k) ? [] : [`const ${names[k]} = ${tensorLiteral(x)};`])),
    ...layerLines(translated, request.inputs),
    `const f = (${names.join(", ")}) => ${body(translated)};`,
    ``,
    single ? `const ys = [${call}];` : `const ys = ${call};`,
    "ys.forEach((y, k) => console.log(`value[${k}]: ${y.dtype} [${y.shape}] = [${y.dataSync()}]`));",
    ...(mode === "value" ? [] : gradientLines(request, single, call)),
    ``,
  ].join("\n");
}

export function preamble({ id, package: name, version }: TfjsDescription): string[] {
  const install = `// npm install ${name}@${version}, then: node snippet.mjs`;
  if (id === "tfjs-node") return [install, `import * as tf from "${name}";`, ``];
  return [
    install,
    `import * as core from "@tensorflow/tfjs-core";`,
    `import * as layers from "@tensorflow/tfjs-layers";`,
    `import "@tensorflow/tfjs-backend-cpu";`,
    ``,
    `const tf = { ...core, ...layers }; // what ${name} exports`,
    `await tf.setBackend("cpu");`,
    ``,
  ];
}

function layerLines({ layers }: TfjsProgram, inputs: readonly TypedTensor[]): string[] {
  return layers.flatMap(({ name, create, shape, weights, madeBy }) => [
    `const ${name} = ${create.toString()};`,
    madeBy === "apply" ? `${name}.apply(${inputName(0)});` : `${name}.build([${shape.join(", ")}]);`,
    ...(weights.length === 0 ? [] : weightLines(name, weights, inputs)),
  ]);
}

/** Weights that are no inputs of the op stay what they are. */
function weightLines(name: string, weights: readonly number[], inputs: readonly TypedTensor[]): string[] {
  const given = weights.map((k) => tensorLiteral(inputs[k])).join(", ");
  return [
    `${name}.setWeights([${given}, ...${name}.getWeights().slice(${weights.length})]);`,
    `const [${weights.map(inputName).join(", ")}] = ${name}.weights.map((weight) => weight.read());`,
  ];
}

/** An expression where one op is all there is, a block otherwise. */
function body({ steps, outputs }: TfjsProgram): string {
  if (steps.length === 1 && outputs.length === 1 && outputs[0] === steps[0].names[0] && !steps[0].op.list) {
    return steps[0].expression.toString();
  }
  return [
    `{`,
    ...steps.map((step) => {
      const left = step.op.list ? `[${namesInList(step).join(", ")}]` : step.names[0];
      return `  const ${left} = ${step.expression.toString()};`;
    }),
    `  return ${outputs.length === 1 ? outputs[0] : `[${outputs.join(", ")}]`};`,
    `}`,
  ].join("\n");
}

function gradientLines(request: AdapterRequest, single: boolean, call: string): string[] {
  const { program, wrt, mode } = request;
  const seeds = request.seeds.slice(0, program.outputs.length);
  const used = neededValues(program);
  const needed = wrt.filter((k) => used.has(k));
  const asked = needed.map(inputName);
  if (asked.length === 0) return [];
  const { value } = Expression;
  const loss = single
    ? weightedSum([value(call)]).toString()
    : `{ const ys = ${call}; return ${weightedSum(seeds.map((_, k) => value(`ys[${k}]`))).toString()}; }`;
  return [
    ``,
    ...seeds.map((dy, k) => `const ${seedName(k)} = ${tensorLiteral(dy)};`),
    `const loss = (${asked.join(", ")}) => ${loss};`,
    ...(mode === "hvp" ? secondOrderLines(request, needed) : firstOrderLines(asked)),
  ];
}

function secondOrderLines({ program, wrt, seeds }: AdapterRequest, needed: readonly number[]): string[] {
  const names = needed.map(inputName);
  const tangents = seeds.slice(program.outputs.length);
  return [
    ...needed.map((k) => `const ${tangentName(k)} = ${tensorLiteral(tangents[wrt.indexOf(k)])};`),
    `const along = (${names.join(", ")}) => {`,
    `  const [${needed.map(gradientName).join(", ")}] = tf.grads(loss)([${names.join(", ")}]);`,
    `  return ${gradientAlong(needed).toString()};`,
    `};`,
    ...names.flatMap((name) => [
      `try {`,
      `  const product = tf.grad((${name}) => along(${names.join(", ")}))(${name});`,
      `  console.log(\`Hessian-vector product of ${name}: [\${product.shape}] = [\${product.dataSync()}]\`);`,
      `} catch (error) {`,
      `  console.log(\`Hessian-vector product of ${name}: \${error.message}\`);`,
      `}`,
    ]),
  ];
}

function firstOrderLines(asked: readonly string[]): string[] {
  return [
    `const gradients = tf.grads(loss)([${asked.join(", ")}]);`,
    `const names = [${asked.map((name) => `"${name}"`).join(", ")}];`,
    "gradients.forEach((g, k) => console.log(`gradient of ${names[k]}: [${g.shape}] = [${g.dataSync()}]`));",
  ];
}
