import { sizeOf, type Shape } from "../core/shape.js";
import { filled } from "../core/tensor.js";
import type { NetworkBuilder, NetworkValue } from "./networkBuilder.js";

/** Layers that put the numbers of each element of the batch in another order, or look something up by them. */

interface Named {
  readonly name: string;
}

/** Each element of the batch as one row. @shape x: [batch, …] → [batch, n] */
export const flatten = (b: NetworkBuilder, x: NetworkValue, { name }: Named): NetworkValue =>
  b.within(name, () =>
    b.mark("activation", b.apply("reshape", [x], { shape: [x.shape[0], sizeOf(x.shape.slice(1))] })),
  );

/** Each element of the batch in another shape, of which one length may be −1: what is left. */
export function reshape(
  b: NetworkBuilder,
  x: NetworkValue,
  { name, targetShape }: Named & { readonly targetShape: Shape },
): NetworkValue {
  const known = sizeOf(targetShape.filter((length) => length >= 0));
  const shape = targetShape.map((length) => (length < 0 ? sizeOf(x.shape.slice(1)) / known : length));
  return b.within(name, () =>
    b.mark("activation", b.apply("reshape", [x], { shape: [x.shape[0], ...shape] })),
  );
}

/** Other axes than that of the batch in another order: axis j of the result is axis dims[j − 1] of x. */
export const permute = (
  b: NetworkBuilder,
  x: NetworkValue,
  { name, dims }: Named & { readonly dims: readonly number[] },
): NetworkValue =>
  b.within(name, () => b.mark("activation", b.apply("transpose", [x], { permutation: [0, ...dims] })));

/** Every row n times. @shape x: [batch, width] → [batch, n, width] */
export const repeatVector = (
  b: NetworkBuilder,
  x: NetworkValue,
  { name, n }: Named & { readonly n: number },
): NetworkValue =>
  b.within(name, () => {
    const rows = b.apply("expandDims", [x], { axis: 1 });
    return b.mark("activation", b.apply("tile", [rows], { repetitions: [1, n, 1] }));
  });

/** A learnt row for each index. @shape x: indices, kernel: [vocabulary, width] → [...x, width] */
export const embedding = (
  b: NetworkBuilder,
  x: NetworkValue,
  { name, vocabulary, width }: Named & { readonly vocabulary: number; readonly width: number },
): NetworkValue =>
  b.within(name, () => {
    const table = b.parameter("embeddings", [vocabulary, width]);
    return b.mark("activation", b.apply("gather", [table, x], { axis: 0 }));
  });

export type Encoding = "oneHot" | "multiHot" | "count";

/**
 * What tokens there are, as numbers: a row of each token, or of each sample which it has, or how often.
 *
 * @shape x: indices [batch, n] → [batch, tokens]; with "oneHot" [n] → [n, tokens]
 */
export const categoryEncoding = (
  b: NetworkBuilder,
  x: NetworkValue,
  {
    name,
    tokens,
    outputMode = "multiHot",
  }: Named & { readonly tokens: number; readonly outputMode?: Encoding },
): NetworkValue =>
  b.within(name, () => {
    const rows = b.apply("oneHot", [x], { depth: tokens, onValue: 1, offValue: 0 });
    if (outputMode === "oneHot") return b.mark("activation", rows);
    const op = outputMode === "count" ? "sum" : "max";
    return b.mark("activation", b.apply(op, [rows], { axes: [-2], keepdims: false }));
  });

/** x · scale + offset */
export const rescaling = (
  b: NetworkBuilder,
  x: NetworkValue,
  { name, scale, offset = 0 }: Named & { readonly scale: number; readonly offset?: number },
): NetworkValue =>
  b.within(name, () => {
    const scaled = b.apply("multiply", [x, b.constant("scale", filled([], scale))]);
    return b.mark("activation", b.apply("add", [scaled, b.constant("offset", filled([], offset))]));
  });

/** Steps of a sequence all of whose features are the mask value become 0. */
export const masking = (
  b: NetworkBuilder,
  x: NetworkValue,
  { name, maskValue = 0 }: Named & { readonly maskValue?: number },
): NetworkValue =>
  b.within(name, () => {
    const off = b.apply("subtract", [x, b.constant("maskValue", filled([], maskValue))]);
    const farthest = b.apply("max", [b.apply("abs", [off])], { axes: [-1], keepdims: true });
    return b.mark("activation", b.apply("multiply", [x, b.apply("sign", [farthest])]));
  });
