import { sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { cellNodes } from "../networks/cellNodes.js";
import { Attainable } from "../oracles/attainable.js";
import { flatten } from "../oracles/quantity.js";
import { check, differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import { askGradient, pointOf, readAnswer, undecided, type Law } from "./law.js";
import { sumsOfParts, type Part } from "./sumsOfParts.js";

/**
 * The rows of a batch know nothing of each other: what a row's inputs and first states receive is what they receive when
 * the row is a batch of its own, and weights receive the sum over the rows. No reference value is needed.
 *
 * @domain programs of cells whose rows are read by cells alone
 */
export const batchRows: Law = {
  name: "rows of a batch",
  modes: ["vjp"],
  requests: (c) => [askGradient(c), ...rowsOf(c).map(({ alone }) => askGradient(alone))],
  judge(c, [together, ...apart], precision) {
    const answer = readAnswer(c, together, "vjp");
    if (!answer.ok) return answer.judgement;
    const rows = rowsOf(c);
    if (rows.length < 2) return undecided("no batch of several rows");
    const partOf = (each: Case, grads: readonly Tensor[]): Part => ({
      results: flatten(grads),
      attainable: new Attainable("gradient", pointOf(each), precision),
    });
    const parts: Part[] = [];
    for (const [r, { alone }] of rows.entries()) {
      const own = readAnswer(alone, apart[r], "vjp");
      if (!own.ok) return own.judgement;
      parts.push(partOf(alone, own.grads));
    }
    return sumsOfParts(
      {
        whole: partOf(c, answer.grads),
        parts,
        to: rows.flatMap(({ places }) => places),
        kind: "rows",
        says: (sum, got) => `${rows.length} rows by themselves give ${sum}, as a batch ${got}`,
      },
      precision,
    );
  },
};

interface Row {
  readonly alone: Case;
  /** For each number among the gradients of the row, the number among those of the batch. */
  readonly places: readonly number[];
}

/** Each row of the batch as a case; none for other programs. */
function rowsOf(c: Case): Row[] {
  const program = check(c.program);
  const cells = cellNodes(program);
  if (!cells) return [];
  const { inputs } = program;
  const rowed = new Set(cells.flatMap(({ x, states }) => [x, ...states]).filter((v) => v < inputs.length));
  const weights = new Set(
    cells.flatMap(({ kernel, recurrentKernel, biases }) => [kernel, recurrentKernel, ...biases]),
  );
  const mixed = [...weights].some((v) => rowed.has(v) || v >= inputs.length);
  if (mixed || !program.outputs.every((v) => v >= inputs.length || rowed.has(v))) return [];
  const [batch] = program.shapes[cells[0].x];
  return Array.from({ length: batch }, (_, r) => rowOf(c, rowed, r));
}

function rowOf(c: Case, rowed: ReadonlySet<number>, r: number): Row {
  const { inputs, nodes, outputs } = c.program;
  const cut = (x: Tensor): Tensor => {
    const [, width] = x.shape;
    return { shape: [1, width], data: x.data.slice(r * width, (r + 1) * width) };
  };
  const moving = differentiable(c.program);
  let before = 0;
  const places = moving.flatMap((k) => {
    const { shape } = inputs[k];
    const from = before + (rowed.has(k) ? r * shape[1] : 0);
    before += sizeOf(shape);
    return Array.from({ length: rowed.has(k) ? shape[1] : sizeOf(shape) }, (_, i) => from + i);
  });
  return {
    places,
    alone: {
      ...c,
      program: {
        inputs: inputs.map((input, k) => (rowed.has(k) ? { ...input, shape: [1, input.shape[1]] } : input)),
        nodes,
        outputs,
      },
      inputs: c.inputs.map((x, k) => (rowed.has(k) ? cut(x) : x)),
      cotangents: c.cotangents.map(cut),
      tangents: c.tangents.map((dx, i) => (rowed.has(moving[i]) ? cut(dx) : dx)),
    },
  };
}
