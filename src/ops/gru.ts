import type { Algebra } from "../core/algebra.js";
import type { Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import {
  activation,
  allTangents,
  besides,
  cellShape,
  checkWord,
  columns,
  overBatch,
  product,
  rowPerBatch,
  sumOf,
  times,
  zip,
  type GateActivation,
} from "./cellBlocks.js";
import { zeros, type Rules } from "./linear.js";
import type { DrawContext } from "./op.js";

export type GruAttributes = {
  readonly gates: "zrn" | "rzn";
  readonly keeps: "z" | "1 - z";
  readonly resetAfter: boolean;
  readonly recurrentActivation: GateActivation;
};

export const gruInputs = ({ resetAfter }: GruAttributes): string[] => [
  "x",
  "h",
  "kernel",
  "recurrentKernel",
  "bias",
  ...(resetAfter ? ["recurrentBias"] : []),
];

/** @throws InvalidProgramError for attributes that are none, and shapes that do not fit */
export function gruShape(shapes: readonly Shape[], attributes: GruAttributes): Shape {
  checkWord("gates", attributes.gates, ["zrn", "rzn"]);
  checkWord("keeps", attributes.keeps, ["z", "1 - z"]);
  checkWord("recurrentActivation", attributes.recurrentActivation, ["sigmoid", "hardSigmoid"]);
  return cellShape("gruCell", shapes, { gates: 3, biases: attributes.resetAfter ? 2 : 1 });
}

export const drawGruAttributes = ({ classes }: DrawContext): GruAttributes => ({
  gates: classes.gates === "rzn" ? "rzn" : "zrn",
  keeps: classes.keeps === "z" ? "z" : "1 - z",
  resetAfter: classes.resetAfter === "true",
  recurrentActivation: classes.recurrentActivation === "hardSigmoid" ? "hardSigmoid" : "sigmoid",
});

/** How state and candidate are blended, and how the activations are rounded. */
interface GruForm {
  /** Number of the activations' textbook form; 0 for their careful rules. */
  readonly form: number;
  /** 1 − z from the sum that z was made of. */
  rest<T>(A: Algebra<T>, z: NdArray<T>, sum: NdArray<T>, attributes: GruAttributes): NdArray<T>;
  /** part·a + rest·b, with part + rest = 1 */
  blend<T>(A: Algebra<T>, part: T, rest: T, a: T, b: T): T;
  /** Cotangent of the part, where the rest moves against it. */
  partCotangent<T>(A: Algebra<T>, g: T, a: T, b: T): T;
}

const oneMinus = <T>(A: Algebra<T>, z: NdArray<T>): NdArray<T> => zip(A, [z], (x) => A.sub(A.lift(1), x));

export const gruForms = {
  careful: {
    form: 0,
    // sigmoid(−a) does not cancel as z comes near 1. A hardSigmoid is rounded at the size of 1 anyway.
    rest: (A, z, sum, { recurrentActivation }) =>
      recurrentActivation === "sigmoid"
        ? activation("sigmoid", 0).meaning(
            A,
            zip(A, [sum], (x) => A.neg(x)),
          )
        : oneMinus(A, z),
    blend: (A, part, rest, a, b) => A.add(A.mul(part, a), A.mul(rest, b)),
    partCotangent: (A, g, a, b) => A.mul(g, A.sub(a, b)),
  },
  /** TensorFlow.js too: 1 − z as it stands. */
  keras: {
    form: 1,
    rest: (A, z) => oneMinus(A, z),
    blend: (A, part, rest, a, b) => A.add(A.mul(part, a), A.mul(rest, b)),
    partCotangent: (A, g, a, b) => A.sub(A.mul(g, a), A.mul(g, b)),
  },
  /** b + part·(a − b) */
  pytorch: {
    form: 1,
    rest: (A, z) => oneMinus(A, z),
    blend: (A, part, _rest, a, b) => A.add(b, A.mul(part, A.sub(a, b))),
    partCotangent: (A, g, a, b) => A.mul(g, A.sub(a, b)),
  },
} satisfies Record<string, GruForm>;

/** The inputs, weights gate by gate. */
interface Gate<T> {
  readonly kernel: NdArray<T>;
  readonly recurrentKernel: NdArray<T>;
  readonly bias: NdArray<T>;
  /** Zeros where the cell has none. */
  readonly recurrentBias: NdArray<T>;
}

type GateName = "z" | "r" | "n";

function gatesOf<T>(
  A: Algebra<T>,
  [, , kernel, recurrentKernel, bias, recurrentBias = zeros(A, bias.shape)]: readonly NdArray<T>[],
  { gates }: GruAttributes,
): Record<GateName, Gate<T>> {
  const gate = (name: GateName): Gate<T> => {
    const block = gates.indexOf(name);
    return {
      kernel: columns(A, kernel, block, 3),
      recurrentKernel: columns(A, recurrentKernel, block, 3),
      bias: columns(A, bias, block, 3),
      recurrentBias: columns(A, recurrentBias, block, 3),
    };
  };
  return { z: gate("z"), r: gate("r"), n: gate("n") };
}

/** Blocks of columns in the order of the attribute. */
const inOrder = <T>(
  A: Algebra<T>,
  { gates }: GruAttributes,
  blocks: Readonly<Record<GateName, NdArray<T>>>,
): NdArray<T> =>
  besides(
    A,
    Array.from(gates, (name) => blocks[name as GateName]),
  );

const input = product();
const state = product();

/** x·kernel + bias, and what comes from the state. */
const gateSum = <T>(A: Algebra<T>, x: NdArray<T>, gate: Gate<T>, fromState: NdArray<T>): NdArray<T> =>
  sumOf(A, [input.meaning(A, x, gate.kernel), rowPerBatch(A, gate.bias, x.shape[0]), fromState]);

/** h·recurrentKernel + recurrentBias */
const stateSum = <T>(A: Algebra<T>, h: NdArray<T>, gate: Gate<T>): NdArray<T> =>
  sumOf(A, [state.meaning(A, h, gate.recurrentKernel), rowPerBatch(A, gate.recurrentBias, h.shape[0])]);

function gateTangent<T>(
  A: Algebra<T>,
  [x, dx]: readonly NdArray<T>[],
  gate: Gate<T>,
  d: Gate<T>,
  fromState: NdArray<T>,
): NdArray<T> {
  const fromInput = input.jvp(A, dx, d.kernel, x, gate.kernel);
  return sumOf(A, [fromInput, rowPerBatch(A, d.bias, x.shape[0]), fromState]);
}

const stateTangent = <T>(
  A: Algebra<T>,
  [h, dh]: readonly NdArray<T>[],
  gate: Gate<T>,
  d: Gate<T>,
): NdArray<T> =>
  sumOf(A, [
    state.jvp(A, dh, d.recurrentKernel, h, gate.recurrentKernel),
    rowPerBatch(A, d.recurrentBias, h.shape[0]),
  ]);

/** Everything that one step computes on its way. */
interface Step<T> {
  readonly gates: Record<GateName, Gate<T>>;
  readonly sums: Record<GateName, NdArray<T>>;
  readonly z: NdArray<T>;
  readonly rest: NdArray<T>;
  readonly r: NdArray<T>;
  readonly n: NdArray<T>;
  /** What is reset: h before the product with its weights, or the product. */
  readonly reset: NdArray<T>;
}

function step<T>(A: Algebra<T>, xs: readonly NdArray<T>[], p: GruAttributes, how: GruForm): Step<T> {
  const [x, h] = xs;
  const gates = gatesOf(A, xs, p);
  const gate = activation(p.recurrentActivation, how.form);
  const zSum = gateSum(A, x, gates.z, stateSum(A, h, gates.z));
  const rSum = gateSum(A, x, gates.r, stateSum(A, h, gates.r));
  const z = gate.meaning(A, zSum);
  const r = gate.meaning(A, rSum);
  const reset = p.resetAfter ? stateSum(A, h, gates.n) : h;
  const kept = times(A, r, reset);
  const nSum = gateSum(A, x, gates.n, p.resetAfter ? kept : stateSum(A, kept, gates.n));
  return {
    gates,
    sums: { z: zSum, r: rSum, n: nSum },
    z,
    rest: how.rest(A, z, zSum, p),
    r,
    n: activation("tanh", how.form).meaning(A, nSum),
    reset,
  };
}

/** The weights of state and candidate. */
const weights = <T>({ z, rest }: Step<T>, { keeps }: GruAttributes): [NdArray<T>, NdArray<T>] =>
  keeps === "z" ? [z, rest] : [rest, z];

/** Rules of a step, for one way of rounding it. */
export const gruRules = (how: GruForm): Rules<GruAttributes> => ({
  meaning(A, xs, p) {
    gruShape(
      xs.map((x) => x.shape),
      p,
    );
    const all = step(A, xs, p, how);
    // The blend is around z, whichever of the two it weighs.
    const [a, b] = p.keeps === "z" ? [xs[1], all.n] : [all.n, xs[1]];
    return zip(A, [all.z, all.rest, a, b], (z, rest, a, b) => how.blend(A, z, rest, a, b));
  },
  jvp(A, dxs, xs, _y, p) {
    const [x, h] = xs;
    const moving = allTangents(A, dxs, xs);
    const [dx, dh] = moving;
    const all = step(A, xs, p, how);
    const d = gatesOf(A, moving, p);
    const gate = activation(p.recurrentActivation, how.form);
    const tangentOf = (name: "z" | "r", y: NdArray<(typeof x.data)[number]>) =>
      gate.jvp(
        A,
        gateTangent(A, [x, dx], all.gates[name], d[name], stateTangent(A, [h, dh], all.gates[name], d[name])),
        all.sums[name],
        y,
      );
    const dz = tangentOf("z", all.z);
    const dr = tangentOf("r", all.r);
    const dReset = p.resetAfter ? stateTangent(A, [h, dh], all.gates.n, d.n) : dh;
    const kept = times(A, all.r, all.reset);
    const dKept = sumOf(A, [times(A, dr, all.reset), times(A, all.r, dReset)]);
    const fromState = p.resetAfter ? dKept : stateTangent(A, [kept, dKept], all.gates.n, d.n);
    const dnSum = gateTangent(A, [x, dx], all.gates.n, d.n, fromState);
    const dn = activation("tanh", how.form).jvp(A, dnSum, all.sums.n, all.n);
    const [ofState, ofCandidate] = weights(all, p);
    const [a, b] = p.keeps === "z" ? [h, all.n] : [all.n, h];
    return zip(A, [dz, a, b, ofState, dh, ofCandidate, dn], (dz, a, b, ws, dh, wn, dn) =>
      A.sum([A.mul(dz, A.sub(a, b)), A.mul(ws, dh), A.mul(wn, dn)]),
    );
  },
  vjp(A, gy, xs, _y, p) {
    const [x, h] = xs;
    const all = step(A, xs, p, how);
    const { gates, sums } = all;
    const gate = activation(p.recurrentActivation, how.form);
    const [ofState, ofCandidate] = weights(all, p);
    const [a, b] = p.keeps === "z" ? [h, all.n] : [all.n, h];
    const gz = zip(A, [gy, a, b], (g, a, b) => how.partCotangent(A, g, a, b));
    const zs = gate.vjp(A, gz, sums.z, all.z);
    const ns = activation("tanh", how.form).vjp(A, times(A, gy, ofCandidate), sums.n, all.n);
    const kept = times(A, all.r, all.reset);
    const [gKept, gRecurrentOfKept] = p.resetAfter
      ? [ns, null]
      : state.vjp(A, ns, kept, gates.n.recurrentKernel);
    const rs = gate.vjp(A, times(A, gKept, all.reset), sums.r, all.r);
    const gReset = times(A, gKept, all.r);
    // From here on each gate is a product: cotangents of what it multiplied, and of its weights.
    const byInput = { z: zs, r: rs, n: ns };
    const inputs = gateCotangents(A, byInput, (name) => input.vjp(A, byInput[name], x, gates[name].kernel));
    const byState = { z: zs, r: rs, n: gReset };
    const states = gateCotangents(A, byState, (name) =>
      name === "n" && gRecurrentOfKept
        ? [gReset, gRecurrentOfKept]
        : state.vjp(A, byState[name], h, gates[name].recurrentKernel),
    );
    return [
      sumOf(A, inputs.toLeft),
      sumOf(A, [times(A, gy, ofState), ...states.toLeft]),
      inOrder(A, p, inputs.toWeights),
      inOrder(A, p, states.toWeights),
      inOrder(A, p, inputs.toBias),
      ...(p.resetAfter ? [inOrder(A, p, states.toBias)] : []),
    ];
  },
});

/** Cotangents of all three gates, by what receives them. */
function gateCotangents<T>(
  A: Algebra<T>,
  sums: Readonly<Record<GateName, NdArray<T>>>,
  products: (name: GateName) => readonly [NdArray<T>, NdArray<T>],
) {
  const each = { z: products("z"), r: products("r"), n: products("n") };
  return {
    toLeft: [each.z[0], each.r[0], each.n[0]],
    toWeights: { z: each.z[1], r: each.r[1], n: each.n[1] },
    toBias: { z: overBatch(A, sums.z), r: overBatch(A, sums.r), n: overBatch(A, sums.n) },
  };
}
