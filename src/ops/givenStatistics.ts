import type { Algebra } from "../core/algebra.js";
import { broadcastIndex, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { layout, type BatchNormAttributes } from "./batchNormLayout.js";
import { attribute, reduceBroadcast } from "./elementwise.js";
import type { Rules } from "./linear.js";
import { affineCotangents, affineOf, affineTangent, applyAffine, scaleCotangent } from "./normalizeGroups.js";
import type { TextbookForm } from "./op.js";
import { rsqrt, slopeOfRsqrt } from "./standardize.js";

/** Mean and variance are inputs, one of each per channel: the statistics of a training that is over. */
interface Given<T> {
  readonly centred: T[];
  readonly channel: Int32Array;
  /** Per channel. */
  readonly stabilized: T[];
}

function given<T>(
  A: Algebra<T>,
  [x, mean, variance]: readonly NdArray<T>[],
  attributes: BatchNormAttributes,
): Given<T> {
  const channel = broadcastIndex(layout.channels(x.shape, attributes), x.shape);
  const epsilon = attribute(A, attributes.epsilon);
  return {
    channel,
    centred: Array.from(x.data, (value, i) => A.sub(value, mean.data[channel[i]])),
    stabilized: Array.from(variance.data, (v) => A.add(v, epsilon)),
  };
}

/** (x − mean) / √(variance + epsilon) */
function normalized<T>(A: Algebra<T>, { centred, channel, stabilized }: Given<T>): T[] {
  const deviation = stabilized.map((v) => A.sqrt(v));
  return centred.map((c, i) => A.div(c, deviation[channel[i]]));
}

const fill = <T>(A: Algebra<T>, shape: Shape, values: readonly T[]): NdArray<T> => {
  const data = A.array(values.length);
  values.forEach((value, i) => (data[i] = value));
  return { shape, data };
};

/** The cotangent of each input, from those of single elements: the mean and the variance are shared along a channel. */
function perInput<T>(
  A: Algebra<T>,
  [x, mean, variance]: readonly NdArray<T>[],
  channel: Int32Array,
  parts: {
    readonly gx: readonly T[];
    readonly toVariance: readonly T[];
    readonly scale?: NdArray<T> | undefined;
    readonly offset?: NdArray<T> | undefined;
  },
): NdArray<T>[] {
  const { gx, toVariance, scale, offset } = parts;
  const toMean = gx.map((value) => A.neg(value));
  return [
    fill(A, x.shape, gx),
    reduceBroadcast(A, toMean, channel, mean.shape),
    reduceBroadcast(A, toVariance, channel, variance.shape),
    scale,
    offset,
  ].filter((each) => each !== undefined);
}

export const inference: Rules<BatchNormAttributes> = {
  meaning(A, xs, attributes) {
    const shape = layout.shape(
      xs.map((x) => x.shape),
      attributes,
    );
    const h = fill(A, shape, normalized(A, given(A, xs, attributes)));
    return applyAffine(A, h, affineOf(layout, xs, shape, attributes));
  },
  jvp(A, dxs, xs, _y, attributes) {
    const [{ shape }] = xs;
    const [dx, dMean, dVariance] = dxs;
    const parts = given(A, xs, attributes);
    const h = normalized(A, parts);
    const dh = h.map((hi, i) => {
      const c = parts.channel[i];
      const up = dx ? dx.data[i] : A.lift(0);
      const dCentred = dMean ? A.sub(up, dMean.data[c]) : up;
      const deviation = A.sqrt(parts.stabilized[c]);
      const moved = A.div(dCentred, deviation);
      if (!dVariance) return moved;
      const twice = A.add(parts.stabilized[c], parts.stabilized[c]);
      return A.sub(moved, A.mul(hi, A.div(dVariance.data[c], twice)));
    });
    return affineTangent(
      A,
      fill(A, shape, dh),
      fill(A, shape, h),
      affineOf(layout, xs, shape, attributes),
      affineOf(layout, dxs, shape, attributes),
    );
  },
  vjp<T>(
    A: Algebra<T>,
    gy: NdArray<T>,
    xs: readonly NdArray<T>[],
    _y: NdArray<T>,
    attributes: BatchNormAttributes,
  ) {
    const [x] = xs;
    const parts = given(A, xs, attributes);
    const { channel, stabilized } = parts;
    const affine = affineOf(layout, xs, x.shape, attributes);
    const h = fill(A, x.shape, normalized(A, parts));
    const g = Array.from(scaleCotangent(A, gy, affine).data);
    const gx = g.map((gi, i) => A.div(gi, A.sqrt(stabilized[channel[i]])));
    const toVariance = g.map((gi, i) => {
      const v = stabilized[channel[i]];
      return A.neg(A.div(A.mul(gi, h.data[i]), A.add(v, v)));
    });
    const ofAffine = affineCotangents(A, gy, h, affine);
    return perInput(A, xs, channel, { gx, toVariance, ...ofAffine });
  },
};

/** By r = 1/√(variance + epsilon), as the fused kernels of TensorFlow.js and cuDNN do. */
export const reciprocalRoot: TextbookForm<BatchNormAttributes> = {
  meaning(A, xs, attributes) {
    const [{ shape }] = xs;
    const { centred, channel, stabilized } = given(A, xs, attributes);
    const r = stabilized.map((v) => rsqrt(A, v));
    const h = centred.map((c, i) => A.mul(c, r[channel[i]]));
    return applyAffine(A, fill(A, shape, h), affineOf(layout, xs, shape, attributes));
  },
  vjp<T>(
    A: Algebra<T>,
    gy: NdArray<T>,
    xs: readonly NdArray<T>[],
    _y: NdArray<T>,
    attributes: BatchNormAttributes,
  ) {
    const [x] = xs;
    const { centred, channel, stabilized } = given(A, xs, attributes);
    const affine = affineOf(layout, xs, x.shape, attributes);
    const r = stabilized.map((v) => rsqrt(A, v));
    const g = Array.from(scaleCotangent(A, gy, affine).data);
    const gx = g.map((gi, i) => A.mul(gi, r[channel[i]]));
    const toVariance = g.map((gi, i) => A.mul(A.mul(slopeOfRsqrt(A, r[channel[i]]), centred[i]), gi));
    const h = centred.map((c, i) => A.mul(c, r[channel[i]]));
    const ofAffine = affineCotangents(A, gy, fill(A, x.shape, h), affine);
    return perInput(A, xs, channel, { gx, toVariance, ...ofAffine });
  },
};

/**
 * x·a + (offset − mean·a) with a = scale/√(variance + epsilon), as tf.nn.batch_normalization and everything that folds
 * it into a convolution does: where the mean is large, x·a and mean·a cancel, and so do the sums of their cotangents.
 */
export const folded: TextbookForm<BatchNormAttributes> = {
  meaning(A, xs, attributes) {
    const [x, mean] = xs;
    const { channel, stabilized } = given(A, xs, attributes);
    const { scale, offset } = affineOf(layout, xs, x.shape, attributes);
    const a = stabilized.map((v, c) => (scale ? A.mul(rsqrt(A, v), scale.data[c]) : rsqrt(A, v)));
    const b = a.map((factor, c) => {
      const shift = A.neg(A.mul(mean.data[c], factor));
      return offset ? A.add(offset.data[c], shift) : shift;
    });
    const y = Array.from(x.data, (value, i) => A.add(A.mul(value, a[channel[i]]), b[channel[i]]));
    return fill(A, x.shape, y);
  },
  vjp<T>(
    A: Algebra<T>,
    gy: NdArray<T>,
    xs: readonly NdArray<T>[],
    _y: NdArray<T>,
    attributes: BatchNormAttributes,
  ) {
    const [x, mean, variance] = xs;
    const { channel, stabilized } = given(A, xs, attributes);
    const { scale, offset } = affineOf(layout, xs, x.shape, attributes);
    const r = stabilized.map((v) => rsqrt(A, v));
    const a = r.map((ri, c) => (scale ? A.mul(ri, scale.data[c]) : ri));
    const gb = reduceBroadcast(A, gy.data, channel, mean.shape);
    const byX = Array.from(gy.data, (g, i) => A.mul(g, x.data[i]));
    const ga = Array.from(reduceBroadcast(A, byX, channel, mean.shape).data, (total, c) =>
      A.sub(total, A.mul(gb.data[c], mean.data[c])),
    );
    return [
      fill(
        A,
        x.shape,
        Array.from(gy.data, (g, i) => A.mul(g, a[channel[i]])),
      ),
      fill(
        A,
        mean.shape,
        a.map((factor, c) => A.neg(A.mul(gb.data[c], factor))),
      ),
      fill(
        A,
        variance.shape,
        ga.map((g, c) => A.mul(scale ? A.mul(g, scale.data[c]) : g, slopeOfRsqrt(A, r[c]))),
      ),
      ...(scale
        ? [
            fill(
              A,
              scale.shape,
              ga.map((g, c) => A.mul(g, r[c])),
            ),
          ]
        : []),
      ...(offset ? [gb] : []),
    ];
  },
};
