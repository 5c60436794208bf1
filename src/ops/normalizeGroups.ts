import type { Algebra } from "../core/algebra.js";
import { broadcastIndex, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { groupsOf } from "./axes.js";
import { attribute, reduceBroadcast } from "./elementwise.js";
import type { Rules } from "./linear.js";
import type { Attribute, Attributes, Divides, DrawContext, Normalization } from "./op.js";
import type { CarefulForm, GroupForm } from "./standardize.js";

export const EPSILON: Attribute = {
  classes: ["small", "large"],
  summary: "1e-6 or 1e-5; 1e-3 or 0.125",
};

export const drawEpsilon = ({ stream, classes }: DrawContext): number =>
  stream.pick(classes.epsilon === "small" ? [1e-6, 1e-5] : [1e-3, 0.125]);

/** Which elements are normalised together, and what they are multiplied by and moved by afterwards. */
export interface Layout<P extends Attributes>
  extends Pick<Normalization<P>, "groups">, Pick<Divides<P>, "channels" | "parameters"> {
  /** @throws InvalidProgramError when inputs or attributes do not fit */
  shape(shapes: readonly Shape[], attributes: P): Shape;
}

export type AffineAttributes = { readonly epsilon: number; readonly affine: boolean };

export const scaleAndOffset: Layout<AffineAttributes>["parameters"] = ({ affine }) =>
  affine ? { scale: 1, offset: 2 } : {};

/** Each row along the last axis, with parameters of its length. */
export const alongLastAxis = <P extends Attributes>(
  rest: Pick<Layout<P>, "shape" | "parameters">,
): Layout<P> => ({
  groups: (x) => groupsOf(x, [x.length - 1]),
  channels: (x) => x.slice(-1),
  ...rest,
});

const AFFINE = { affine: "true" };

/** What a normalisation by this layout forgets of x. */
export const forgetting = <P extends Attributes>(
  { groups, channels, parameters }: Layout<P>,
  options: Pick<Normalization<P>, "centres" | "ownMoments"> &
    Partial<Pick<Normalization<P>, "usual"> & Pick<Divides<P>, "affine" | "degrees">>,
): Normalization<P> => {
  const { affine = AFFINE, usual = affine, degrees = () => [1], ...rest } = options;
  return { groups, usual, ...rest, divides: { affine, degrees, channels, parameters } };
};

/** Scale and offset of a normalisation, and which of their entries belongs to each element. */
export interface Affine<T> {
  readonly scale: NdArray<T> | null;
  readonly offset: NdArray<T> | null;
  readonly channel: Int32Array;
}

export function affineOf<T, P extends Attributes>(
  layout: Pick<Layout<P>, "channels" | "parameters">,
  xs: readonly (NdArray<T> | null)[],
  x: Shape,
  attributes: P,
): Affine<T> {
  const { scale, offset } = layout.parameters(attributes);
  return {
    scale: scale === undefined ? null : xs[scale],
    offset: offset === undefined ? null : xs[offset],
    channel: broadcastIndex(layout.channels(x, attributes), x),
  };
}

/** h·scale + offset */
export function applyAffine<T>(
  A: Algebra<T>,
  h: NdArray<T>,
  { scale, offset, channel }: Affine<T>,
): NdArray<T> {
  const data = A.array(h.data.length);
  for (let i = 0; i < data.length; i++) {
    const scaled = scale ? A.mul(h.data[i], scale.data[channel[i]]) : h.data[i];
    data[i] = offset ? A.add(scaled, offset.data[channel[i]]) : scaled;
  }
  return { shape: h.shape, data };
}

/** Tangent of h·scale + offset. @param dh null where h does not move */
export function affineTangent<T>(
  A: Algebra<T>,
  dh: NdArray<T> | null,
  h: NdArray<T>,
  { scale, channel }: Affine<T>,
  moving: Affine<T>,
): NdArray<T> {
  const data = A.array(h.data.length);
  for (let i = 0; i < data.length; i++) {
    const c = channel[i];
    let dy = dh ? dh.data[i] : A.lift(0);
    if (scale) dy = A.mul(dy, scale.data[c]);
    if (moving.scale) dy = A.add(dy, A.mul(h.data[i], moving.scale.data[c]));
    data[i] = moving.offset ? A.add(dy, moving.offset.data[c]) : dy;
  }
  return { shape: h.shape, data };
}

/** Cotangent of h in h·scale + offset. */
export function scaleCotangent<T>(A: Algebra<T>, gy: NdArray<T>, { scale, channel }: Affine<T>): NdArray<T> {
  if (!scale) return gy;
  const data = A.array(gy.data.length);
  for (let i = 0; i < data.length; i++) data[i] = A.mul(gy.data[i], scale.data[channel[i]]);
  return { shape: gy.shape, data };
}

/** Cotangents of scale and offset, as far as there are any. */
export function affineCotangents<T>(
  A: Algebra<T>,
  gy: NdArray<T>,
  h: NdArray<T>,
  { scale, offset, channel }: Affine<T>,
): { readonly scale?: NdArray<T>; readonly offset?: NdArray<T> } {
  const weighted = A.array(gy.data.length);
  for (let i = 0; i < weighted.length; i++) weighted[i] = A.mul(gy.data[i], h.data[i]);
  return {
    ...(scale && { scale: reduceBroadcast(A, weighted, channel, scale.shape) }),
    ...(offset && { offset: reduceBroadcast(A, gy.data, channel, offset.shape) }),
  };
}

/** Applies a rule about vectors to every group of arrays of equal shape. */
function mapGroups<T>(
  A: Algebra<T>,
  groups: readonly (readonly number[])[],
  xs: readonly NdArray<T>[],
  rule: (...elements: T[][]) => readonly T[],
): NdArray<T> {
  const { shape } = xs[0];
  const data = A.array(sizeOf(shape));
  for (const group of groups) {
    const result = rule(...xs.map((x) => group.map((i) => x.data[i])));
    group.forEach((i, p) => (data[i] = result[p]));
  }
  return { shape, data };
}

type WithEpsilon = Attributes & { readonly epsilon: number };

/** Meaning and vjp of "normalise each group, then scale and move", for one way of treating a group. */
export function normalizeGroups<P extends WithEpsilon>(
  layout: Layout<P>,
  form: GroupForm,
): Pick<Rules<P>, "meaning" | "vjp"> {
  const normalized = <T>(A: Algebra<T>, x: NdArray<T>, attributes: P): NdArray<T> =>
    mapGroups(A, layout.groups(x.shape, attributes), [x], (x) =>
      form.normalize(A, x, attribute(A, attributes.epsilon)),
    );
  return {
    meaning(A, xs, attributes) {
      layout.shape(
        xs.map((x) => x.shape),
        attributes,
      );
      const affine = affineOf(layout, xs, xs[0].shape, attributes);
      return applyAffine(A, normalized(A, xs[0], attributes), affine);
    },
    vjp<T>(A: Algebra<T>, gy: NdArray<T>, xs: readonly NdArray<T>[], _y: NdArray<T>, attributes: P) {
      const [x] = xs;
      const affine = affineOf(layout, xs, x.shape, attributes);
      const gx = mapGroups(
        A,
        layout.groups(x.shape, attributes),
        [scaleCotangent(A, gy, affine), x],
        (g, x) => form.vjp(A, g, x, attribute(A, attributes.epsilon)),
      );
      if (!affine.scale && !affine.offset) return [gx];
      const { scale, offset } = affineCotangents(A, gy, normalized(A, x, attributes), affine);
      return [gx, scale, offset].filter((g) => g !== undefined);
    },
  };
}

/** All three rules, for the form that is the reference. */
export function normalizeGroupsCarefully<P extends WithEpsilon>(
  layout: Layout<P>,
  form: CarefulForm,
): Rules<P> {
  return {
    ...normalizeGroups(layout, form),
    jvp(A, dxs, xs, _y, attributes) {
      const [x] = xs;
      const [dx] = dxs;
      const epsilon = attribute(A, attributes.epsilon);
      const groups = layout.groups(x.shape, attributes);
      return affineTangent(
        A,
        dx && mapGroups(A, groups, [dx, x], (dx, x) => form.jvp(A, dx, x, epsilon)),
        mapGroups(A, groups, [x], (x) => form.normalize(A, x, epsilon)),
        affineOf(layout, xs, x.shape, attributes),
        affineOf(layout, dxs, x.shape, attributes),
      );
    },
  };
}
