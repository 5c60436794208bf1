import { formatOf } from "../core/float.js";
import type { Stream } from "../core/random.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { NetworkBuilder } from "../networks/networkBuilder.js";
import type { Network } from "../networks/network.js";
import { orthogonalWeights } from "../networks/orthogonal.js";
import { unrolledCell } from "../networks/unrolledCell.js";
import type { AnyOp } from "../ops/op.js";
import type { Case } from "../record/case.js";
import { caseOfNetwork, drawCell, type SequenceSpec } from "./drawSequence.js";

/** Plain recurrent cells over many steps, as one chain of products and activations. */

type ChainSpec = SequenceSpec & { readonly has: (op: string) => boolean };

interface Sizes {
  readonly steps: number;
  readonly batch: number;
  readonly size: number;
  readonly units: number;
}

/** Activations of a cell that is written out, and slopes other than 1. */
const WRITTEN = ["sigmoid", "hardSigmoid", "tanh", "relu"] as const;

/** h′ = activation(x·kernel + h·recurrentKernel), by ops. */
function writtenChain(activation: string, { steps, batch, size, units }: Sizes): Network {
  const b = new NetworkBuilder();
  const plain = { transposeA: false, transposeB: false };
  const xs = Array.from({ length: steps }, (_, t) => b.input(`x${t + 1}`, [batch, size]));
  const kernel = b.parameter("kernel", [size, units]);
  const recurrentKernel = b.parameter("recurrentKernel", [units, units]);
  let h = b.input("h0", [batch, units]);
  for (const x of xs) {
    const sum = b.apply("add", [
      b.apply("matmul", [x, kernel], plain),
      b.apply("matmul", [h, recurrentKernel], plain),
    ]);
    h = b.apply(activation, [sum]);
  }
  b.mark("h", h);
  return b.build("h");
}

/** Many steps of matrices of any size, at inputs of any size. */
export function drawChain(stream: Stream, op: AnyOp, spec: ChainSpec): Case {
  const sizes: Sizes = {
    steps: stream.chance(0.2) ? stream.int(1, 8) : stream.int(9, 30),
    batch: stream.int(1, 2),
    size: stream.int(1, 3),
    units: stream.int(1, 5),
  };
  const activation = stream.pick(WRITTEN);
  const written =
    stream.chance(0.2) && ["matmul@1", "add@1", `${activation}@1`].every((name) => spec.has(name));
  const { cell, tags } = drawCell(stream, op, spec);
  const network = written ? writtenChain(activation, sizes) : unrolledCell(cell, sizes);
  // The length of what comes out is of the order of the gain to the power of the steps.
  const gain = stream.pick([0.1, 0.3, 0.3, 0.7, 1, 1.5]) * (written && activation === "sigmoid" ? 4 : 1);
  const ofInputs = stream.pick([0, 0.1, 1, 10]);
  return caseOfNetwork(stream, network, spec, {
    number(name, shape) {
      if (name === "recurrentKernel") return (gain * stream.normal()) / Math.sqrt(shape[0]);
      return name.startsWith("x") ? ofInputs * stream.normal() : stream.normal() / 2;
    },
    tags: [...(written ? [`written:${activation}`] : tags), `steps:${sizes.steps}`],
  });
}

/** An orthogonal matrix, through which a length is kept: exactly where the cell is linear. */
export function drawOrthogonal(stream: Stream, op: AnyOp, spec: SequenceSpec): Case {
  const units = stream.int(1, 6);
  const W = tensor([units, units], orthogonalWeights([units, units], 1, stream));
  return drawSteered(stream, op, spec, { W, steps: stream.int(1, 30) });
}

/** Steps after which the powers of a matrix have grown, stand, and have vanished. */
const AFTER = [1, 2, 5, 10, 20] as const;

/** A matrix whose eigenvalues are small and whose powers grow before they vanish: it is far from normal. */
export function drawFarFromNormal(stream: Stream, op: AnyOp, spec: SequenceSpec): Case {
  const radius = stream.pick([0.5, 0.5, 0.25, 0.75]);
  const coupling = stream.pick([100, 100, 10, 30]);
  const units = stream.pick([2, 2, 3]);
  const upper = stream.chance(0.5);
  const entry = (r: number, c: number): number => {
    if (r === c) return radius;
    return (upper ? c - r : r - c) === 1 ? coupling : 0;
  };
  const W = tensor(
    [units, units],
    Array.from({ length: units * units }, (_, i) => entry(Math.floor(i / units), i % units)),
  );
  // Three units couple twice: there the states would leave what float32 can tell from rounding.
  return drawSteered(stream, op, spec, { W, steps: units > 2 ? stream.int(1, 4) : stream.pick(AFTER) });
}

/**
 * A plain cell whose inputs steer each state to positive numbers of order 1, so that relu changes nothing: each input is
 * what the target lacks after the product with the matrix.
 */
function drawSteered(
  stream: Stream,
  op: AnyOp,
  spec: SequenceSpec,
  { W, steps }: { readonly W: Tensor; readonly steps: number },
): Case {
  const [units] = W.shape;
  const batch = stream.int(1, 2);
  const { round } = formatOf(spec.dtype);
  const { cell, tags } = drawCell(stream, op, spec);
  const network = unrolledCell(cell, { steps, batch, size: units, units });
  const target = (): Float64Array => Float64Array.from({ length: batch * units }, () => stream.between(1, 2));
  const given: Record<string, Float64Array> = {
    h0: target().map(round),
    kernel: Float64Array.from({ length: units * units }, (_, i) => (i % (units + 1) === 0 ? 1 : 0)),
    recurrentKernel: W.data.map(round),
    bias: new Float64Array(units),
  };
  let before = given.h0;
  for (let t = 1; t <= steps; t++) {
    const wanted = target();
    given[`x${t}`] = wanted.map((to, e) => {
      const row = Math.floor(e / units) * units;
      let product = 0;
      for (let i = 0; i < units; i++) {
        product += before[row + i] * given.recurrentKernel[i * units + (e % units)];
      }
      return to - product;
    });
    before = wanted;
  }
  return caseOfNetwork(stream, network, spec, {
    number: (name, _shape, i) => given[name][i],
    tags: [...tags, `steps:${steps}`],
  });
}
