import type { CheckedProgram } from "../program/program.js";
import { cellNode, type CellNode } from "./cellNodes.js";
import { expandedStep } from "./expandedCells.js";
import type { Network } from "./network.js";
import { NetworkBuilder, type NetworkValue } from "./networkBuilder.js";

/**
 * The same program with its cells written out in products, sums and activations. Its inputs are those of the program, in
 * their order, and then the constants that the cells take; its outputs are those of the program.
 */
export function writtenOut(program: CheckedProgram): Network {
  const b = new NetworkBuilder();
  const values: NetworkValue[] = program.inputs.map(({ shape, type }, k) =>
    b.input(`input${k}`, shape, type),
  );
  program.nodes.forEach(({ op, inputs, attributes }, n) => {
    const node = cellNode(program, n);
    const made = node
      ? b.within(`node${n}`, () => expanded(b, node, values))
      : b.applyAll(
          op,
          inputs.map((v) => values[v]),
          attributes,
        );
    values.push(...made);
  });
  const outputs = program.outputs.map((v, o) => {
    b.mark(`output${o}`, values[v]);
    return `output${o}`;
  });
  return b.build(...outputs);
}

function expanded(
  b: NetworkBuilder,
  { cell, x, states, kernel, recurrentKernel, biases }: CellNode,
  values: readonly NetworkValue[],
): readonly NetworkValue[] {
  const [bias, recurrentBias] = biases.map((v) => values[v]);
  const step = expandedStep(b, cell, {
    kernel: values[kernel],
    recurrentKernel: values[recurrentKernel],
    bias,
    ...(biases.length > 1 && { recurrentBias }),
  });
  return step(
    values[x],
    states.map((v) => values[v]),
    1,
  );
}
