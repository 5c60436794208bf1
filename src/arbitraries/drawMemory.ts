import type { FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import type { Shape } from "../core/shape.js";
import type { Cell, GruCell, LstmCell } from "../networks/cells.js";
import { memoryPath } from "../networks/recurrent.js";
import { unrolledCell } from "../networks/unrolledCell.js";
import type { AnyOp } from "../ops/op.js";
import type { Case } from "../record/case.js";
import { caseOfNetwork, drawCell, type SequenceSpec } from "./drawSequence.js";

/** Memories that take one way through time: no state comes back, since the recurrent kernel is zero. */

type GatedCell = LstmCell | GruCell;

/** What the gate that keeps the memory is called, and which block of the columns it has. */
function keepingGate(cell: GatedCell): { readonly block: number; readonly blocks: number } {
  if (cell.cell === "lstm") return { block: (cell.gates ?? "ifgo").indexOf("f"), blocks: 4 };
  return { block: (cell.gates ?? "zrn").indexOf("z"), blocks: 3 };
}

/** Whether column i of weights of this width belongs to the gate that keeps. */
function keeps(cell: GatedCell, width: number, i: number): boolean {
  const { block, blocks } = keepingGate(cell);
  return Math.floor((i % width) / (width / blocks)) === block;
}

/** 1 where a large sum keeps the memory, −1 where it drops it. */
const direction = (cell: GatedCell): 1 | -1 => (cell.cell === "gru" && cell.keeps === "1 - z" ? -1 : 1);

const added = (cell: GatedCell): number => (cell.cell === "lstm" ? (cell.forgetBias ?? 0) : 0);

const columns = (shape: Shape): number => shape[shape.length - 1];

const gated = (cell: Cell): GatedCell => {
  if (cell.cell === "rnn") throw new TypeError("a plain cell has no gates");
  return cell;
};

function memoryOf(cell: GatedCell, sizes: Omit<Parameters<typeof unrolledCell>[1], "returns">) {
  return unrolledCell(cell, { ...sizes, returns: [`${cell.cell === "lstm" ? "c" : "h"}${sizes.steps}`] });
}

/** Gates that change from step to step. */
export function drawMemory(stream: Stream, op: AnyOp, spec: SequenceSpec): Case {
  const { cell: drawn, tags } = drawCell(stream, op, spec);
  const cell = gated(drawn);
  const steps = stream.int(1, 24);
  const network = memoryOf(cell, {
    steps,
    batch: stream.int(1, 2),
    size: stream.int(1, 3),
    units: stream.int(1, 3),
  });
  const inclined = stream.pick([-1, 0, 1, 2]) * direction(cell);
  return caseOfNetwork(stream, network, spec, {
    number(name, shape, i) {
      if (name === "recurrentKernel") return 0;
      const bias = name === "bias" && keeps(cell, columns(shape), i) ? inclined : 0;
      return stream.normal() / 2 + bias;
    },
    tags: [...tags, `steps:${steps}`],
  });
}

/** Beyond this a sigmoid is 0 or 1 whatever computes it. */
const SHUT: Readonly<Record<FloatType, number>> = { f32: 1000, f64: 4000 };

/** Gates that are exactly open, half open or shut: by their cell, or given. */
export function drawExactGates(
  stream: Stream,
  op: AnyOp,
  spec: SequenceSpec & { readonly has: (op: string) => boolean },
): Case {
  const steps = stream.int(1, 40);
  const shut = stream.chance(0.3);
  if (stream.chance(0.3) && ["multiply@1", "add@1"].every((name) => spec.has(name))) {
    const given = stream.pick([[1], [1, 0.5], [1, 0.5, 0.25, 0.125]]);
    return caseOfNetwork(stream, memoryPath({ time: steps, shape: [stream.int(1, 4)] }), spec, {
      number: (name) =>
        !name.startsWith("keep")
          ? stream.normal()
          : shut && stream.chance(1 / steps)
            ? 0
            : stream.pick(given),
      tags: ["gates:given", `steps:${steps}`],
    });
  }
  const { cell: drawn, tags } = drawCell(stream, op, spec);
  const cell = gated(drawn);
  const network = memoryOf(cell, {
    steps,
    batch: stream.int(1, 2),
    size: 1,
    units: stream.int(1, 3),
  });
  const half = stream.chance(0.3) && cell.recurrentActivation === "hardSigmoid" ? [0, 1] : [1];
  const large = cell.recurrentActivation === "hardSigmoid" ? stream.pick([3, 10, 1000]) : SHUT[spec.dtype];
  return caseOfNetwork(stream, network, spec, {
    number(name, shape, i) {
      if (name === "recurrentKernel") return 0;
      // x says what becomes of the memory in this step, and the kernel says it to the gate.
      if (name.startsWith("x")) return shut && stream.chance(1 / steps) ? -1 : stream.pick(half);
      const own = keeps(cell, columns(shape), i);
      if (name === "kernel" && own) return large * direction(cell);
      if (name === "bias" && own) return -added(cell);
      return name === "recurrentBias" && own ? 0 : stream.normal();
    },
    tags: [...tags, "gates:saturated", `steps:${steps}`],
  });
}

/** What is left of a gradient that has vanished. */
const VANISHED = 1e-6;
const LONGEST = 300;

/** A gate that is held by its bias alone, over about as many steps as a gradient lives that long. */
export function drawForgetBias(stream: Stream, op: AnyOp, spec: SequenceSpec): Case {
  const { cell: drawn, tags } = drawCell(stream, op, spec);
  const cell = gated(drawn);
  const chrono = stream.chance(0.3);
  // Of order ln T, T steps leave a part that does not depend on T (Tallec and Ollivier 2018).
  const horizon = stream.int(10, 100);
  const sum = chrono ? Math.log(horizon * stream.between(1, 3)) : stream.pick([0, 0, 0, 1, 1, 1, 2, 2, 3]);
  const gate = cell.recurrentActivation === "hardSigmoid" ? 0.2 * sum + 0.5 : 1 / (1 + Math.exp(-sum));
  const life = Math.ceil(Math.log(VANISHED) / Math.log(Math.min(gate, 1 - 1e-9)));
  const steps = chrono ? horizon : Math.min(LONGEST, Math.max(1, life + stream.int(-1, 1)));
  const network = memoryOf(cell, { steps, batch: 1, size: 1, units: 1 });
  return caseOfNetwork(stream, network, spec, {
    number(name, shape, i) {
      if (name === "kernel" || name === "recurrentKernel") return 0;
      if (!keeps(cell, columns(shape), i) || !name.endsWith("ias")) return stream.normal() / 2;
      return name === "recurrentBias" ? 0 : sum * direction(cell) - added(cell);
    },
    tags: [...tags, chrono ? "bias:of order ln T" : `bias:${sum}`],
  });
}
