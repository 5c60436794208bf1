import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { sameShape, showShape, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { drawShape } from "./drawShape.js";
import { attribute, checkNumber } from "./elementwise.js";
import { softmaxOf, sumOthers } from "./logSumExp.js";
import type { Rules } from "./linear.js";
import { real, register } from "./op.js";

const family = "sequence cells and attention";

type AttentionAttributes = {
  readonly causal: boolean;
  /** The factor of the scores; "default" is 1/√(length of a query). */
  readonly scale: number | "default";
};

/** @throws InvalidProgramError unless the three fit together, and there is something to attend to */
function attentionSizes([q, k, v]: readonly Shape[], { scale }: AttentionAttributes) {
  const batch = q.slice(0, -2);
  const [n, d] = q.slice(-2);
  const [m, dk] = k.slice(-2);
  const [mv, e] = v.slice(-2);
  const same = [k, v].every((shape) => shape.length === q.length && sameShape(shape.slice(0, -2), batch));
  if (q.length < 2 || !same || dk !== d || mv !== m || m === 0 || d === 0) {
    throw new InvalidProgramError(
      `scaledDotProductAttention of ${[q, k, v].map(showShape).join(", ")}: takes query [..., n, d], key [..., m, d], value [..., m, e], with m and d at least 1`,
    );
  }
  if (scale !== "default") checkNumber("scale", scale);
  return { batch, count: sizeOf(batch), n, m, d, e };
}

type Sizes = ReturnType<typeof attentionSizes>;

/** One query, and how many of the keys of its batch it sees. */
interface Query {
  readonly at: number;
  /** Where the keys and values of its batch begin, in rows. */
  readonly keys: number;
  readonly seen: number;
}

/** Under a causal mask, query i sees the keys up to the i-th. */
function* queries({ count, n, m }: Sizes, { causal }: AttentionAttributes): Generator<Query> {
  for (let b = 0; b < count; b++) {
    for (let i = 0; i < n; i++) {
      yield { at: b * n + i, keys: b * m, seen: causal ? Math.min(i + 1, m) : m };
    }
  }
}

const row = <T>({ data }: NdArray<T>, at: number, length: number): T[] =>
  Array.from({ length }, (_, i) => data[at * length + i]);

const rowsFrom = <T>(x: NdArray<T>, first: number, count: number, length: number): T[][] =>
  Array.from({ length: count }, (_, j) => row(x, first + j, length));

const inner = <T>(A: Algebra<T>, a: readonly T[], b: readonly T[]): T =>
  A.sum(a.map((x, i) => A.mul(x, b[i])));

function factor<T>(A: Algebra<T>, { scale }: AttentionAttributes, d: number): T {
  return scale === "default" ? A.div(A.lift(1), A.sqrt(A.lift(d))) : attribute(A, scale);
}

/** How scores are made, and how a cotangent goes back through their softmax. */
interface AttentionForm {
  score<T>(A: Algebra<T>, q: readonly T[], k: readonly T[], scale: T): T;
  /** Cotangents of the scores. @param g cotangents of the weights p */
  throughSoftmax<T>(A: Algebra<T>, g: readonly T[], p: readonly T[], gy: readonly T[], y: readonly T[]): T[];
}

const careful: AttentionForm = {
  score: (A, q, k, scale) => A.mul(inner(A, q, k), scale),
  // As for softmax: differences of cotangents lose nothing where one weight is nearly 1.
  throughSoftmax: (A, g, p) =>
    p.map((pi, i) =>
      A.mul(
        pi,
        sumOthers(A, p.length, i, (j) => A.mul(p[j], A.sub(g[i], g[j]))),
      ),
    ),
};

/** The query is scaled first; Σ p·g is subtracted from each g. */
const composed: AttentionForm = {
  score: (A, q, k, scale) =>
    inner(
      A,
      q.map((x) => A.mul(x, scale)),
      k,
    ),
  throughSoftmax(A, g, p) {
    const total = inner(A, g, p);
    return p.map((pi, i) => A.mul(pi, A.sub(g[i], total)));
  },
};

/** As flash attention does: Σ p·g is ⟨gy, y⟩ (Dao et al. 2022, sec. B.2). */
const flash: AttentionForm = {
  score: (A, q, k, scale) => A.mul(scale, inner(A, q, k)),
  throughSoftmax(A, g, p, gy, y) {
    const total = inner(A, gy, y);
    return p.map((pi, i) => A.sub(A.mul(pi, g[i]), A.mul(pi, total)));
  },
};

/** What one query attends to. */
interface Attended<T> {
  readonly q: T[];
  readonly keys: T[][];
  readonly values: T[][];
  /** Softmax of the scores. */
  readonly p: T[];
}

function attend<T>(
  A: Algebra<T>,
  [query, key, value]: readonly NdArray<T>[],
  { at, keys: first, seen }: Query,
  { d, e }: Sizes,
  form: AttentionForm,
  scale: T,
): Attended<T> {
  const q = row(query, at, d);
  const keys = rowsFrom(key, first, seen, d);
  const scores = keys.map((k) => form.score(A, q, k, scale));
  return { q, keys, values: rowsFrom(value, first, seen, e), p: softmaxOf(A, scores) };
}

/** Σ wⱼ·rowsⱼ */
const blend = <T>(A: Algebra<T>, w: readonly T[], rows: readonly T[][], length: number): T[] =>
  Array.from({ length }, (_, c) => A.sum(w.map((wj, j) => A.mul(wj, rows[j][c]))));

const shapesOf = <T>(xs: readonly NdArray<T>[]): Shape[] => xs.map((x) => x.shape);

function attentionRules(form: AttentionForm): Pick<Rules<AttentionAttributes>, "meaning" | "vjp"> {
  return {
    meaning(A, xs, attributes) {
      const sizes = attentionSizes(shapesOf(xs), attributes);
      const { batch, n, d, e } = sizes;
      const shape = [...batch, n, e];
      const data = A.array(sizeOf(shape));
      const scale = factor(A, attributes, d);
      for (const query of queries(sizes, attributes)) {
        const { p, values } = attend(A, xs, query, sizes, form, scale);
        blend(A, p, values, e).forEach((y, c) => (data[query.at * e + c] = y));
      }
      return { shape, data };
    },
    vjp<T>(
      A: Algebra<T>,
      gy: NdArray<T>,
      xs: readonly NdArray<T>[],
      y: NdArray<T>,
      attributes: AttentionAttributes,
    ) {
      const sizes = attentionSizes(shapesOf(xs), attributes);
      const { d, e } = sizes;
      const scale = factor(A, attributes, d);
      const terms = xs.map((x) => Array.from({ length: sizeOf(x.shape) }, (): T[] => []));
      const [toQuery, toKey, toValue] = terms;
      for (const query of queries(sizes, attributes)) {
        const { q, keys, values, p } = attend(A, xs, query, sizes, form, scale);
        const g = row(gy, query.at, e);
        const gp = values.map((v) => inner(A, g, v));
        const gs = form.throughSoftmax(A, gp, p, g, row(y, query.at, e)).map((s) => A.mul(s, scale));
        blend(A, gs, keys, d).forEach((term, c) => toQuery[query.at * d + c].push(term));
        gs.forEach((s, j) => q.forEach((x, c) => toKey[(query.keys + j) * d + c].push(A.mul(s, x))));
        p.forEach((w, j) => g.forEach((x, c) => toValue[(query.keys + j) * e + c].push(A.mul(w, x))));
      }
      return xs.map(({ shape }, k) => {
        const data = A.array(sizeOf(shape));
        terms[k].forEach((list, i) => (data[i] = list.length === 1 ? list[0] : A.sum(list)));
        return { shape, data };
      });
    },
  };
}

export const scaledDotProductAttention = register<AttentionAttributes>({
  name: "scaledDotProductAttention",
  version: 1,
  family,
  summary:
    "softmax(scale·query·keyᵀ)·value, of which a causal mask leaves the keys up to the query's own place",
  source: "Vaswani et al. 2017, sec. 3.2.1; PyTorch scaled_dot_product_attention; ONNX Attention-23",
  attributes: {
    causal: { classes: ["false", "true"], summary: "whether query i sees the keys 0 … i alone" },
    scale: { classes: ["default", "given"], summary: "1/√d, or a number" },
    batch: { classes: ["none", "one", "two"], summary: "axes before the last two" },
  },
  arity: { low: 3, high: 3 },
  inputs: () => ["query", "key", "value"].map((name) => ({ name, domain: real })),
  kinks: [],
  shape(shapes, attributes) {
    const { batch, n, e } = attentionSizes(shapes, attributes);
    return [...batch, n, e];
  },
  draw(context) {
    const { stream, classes } = context;
    const batch = drawShape(context, ["none", "one", "two"].indexOf(classes.batch), [], 4);
    const [n, m, d, e] = [Math.min(context.length(), 4), ...[4, 3, 3].map((most) => stream.int(1, most))];
    return {
      shapes: [
        [...batch, n, d],
        [...batch, m, d],
        [...batch, m, e],
      ],
      attributes: {
        causal: classes.causal === "true",
        scale: classes.scale === "default" ? "default" : stream.pick([1, 0.25, 0.3]),
      },
    };
  },
  simpler: ({ causal, scale }) => [
    ...(causal ? [{ causal: false, scale }] : []),
    ...(scale === 1 ? [] : [{ causal, scale: 1 as const }]),
  ],
  ...attentionRules(careful),
  jvp(A, dxs, xs, _y, attributes) {
    const sizes = attentionSizes(shapesOf(xs), attributes);
    const { batch, n, d, e } = sizes;
    const [dQuery, dKey, dValue] = dxs;
    const scale = factor(A, attributes, d);
    const shape = [...batch, n, e];
    const data = A.array(sizeOf(shape));
    for (const query of queries(sizes, attributes)) {
      const { q, keys, values, p } = attend(A, xs, query, sizes, careful, scale);
      const dq = dQuery && row(dQuery, query.at, d);
      const dks = dKey && rowsFrom(dKey, query.keys, query.seen, d);
      const dvs = dValue && rowsFrom(dValue, query.keys, query.seen, e);
      const ds = keys.map((k, j) =>
        A.mul(
          A.sum([
            ...(dq ? dq.map((x, c) => A.mul(x, k[c])) : []),
            ...(dks ? dks[j].map((x, c) => A.mul(x, q[c])) : []),
          ]),
          scale,
        ),
      );
      // Σⱼ pⱼ·(dsⱼ − Σ pₗ·dsₗ)·vⱼ, as differences of tangents.
      const dp = p.map((pj, j) =>
        A.mul(
          pj,
          sumOthers(A, p.length, j, (l) => A.mul(p[l], A.sub(ds[j], ds[l]))),
        ),
      );
      for (let c = 0; c < e; c++) {
        const byWeights = dp.map((w, j) => A.mul(w, values[j][c]));
        data[query.at * e + c] = A.sum([
          ...byWeights,
          ...(dvs ? dvs.map((dv, j) => A.mul(p[j], dv[c])) : []),
        ]);
      }
    }
    return { shape, data };
  },
  textbook: [attentionRules(composed), attentionRules(flash)],
});
