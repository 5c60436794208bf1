import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import type { Stream } from "../core/random.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { NdArray, Tensor } from "../core/tensor.js";
import type { Attributes } from "../record/program.js";
import type { Curve } from "./curve.js";

export type { Attributes, AttributeValue } from "../record/program.js";

/** Where an input lives, and the points that generators aim at. */
export interface Domain {
  /** What the input holds: numbers to differentiate, conditions (0 or 1), or positions (integers). */
  readonly type: "float" | "bool" | "index";
  readonly low: number;
  readonly high: number;
  /** The end points themselves are excluded. */
  readonly open: boolean;
  /** Values worth hitting exactly and from one ulp away: kinks, branch thresholds, points of symmetry. */
  readonly specials: readonly number[];
  /** Only whole numbers are meant, although the type is float. */
  readonly integer: boolean;
}

export interface Input {
  readonly name: string;
  readonly domain: Domain;
}

/** Where all values and derivatives of an op of one input lie, whatever real number is put in. */
export interface Bounds {
  readonly value?: readonly [low: number, high: number];
  readonly derivative?: readonly [low: number, high: number];
}

/** One attribute: its classes name the cells that need evidence of their own. */
export interface Attribute {
  readonly classes: readonly string[];
  readonly summary: string;
}

/** What `draw` may ask of its surroundings. */
export interface DrawContext {
  readonly stream: Stream;
  /** The class that each attribute must take. */
  readonly classes: Readonly<Record<string, string>>;
  /** A length for an axis; 0 is among the answers where empty tensors are wanted. */
  length(): number;
  /** A number of axes within the given limits. */
  rank(low: number, high: number): number;
  /** Shapes that broadcast together, in every position. */
  broadcast(count: number): Shape[];
  /** How many elements are to be put together, where an op does that: by itself each, or hundreds. Default: as lengths come. */
  readonly together?: "one" | "many" | undefined;
}

/** What a normalisation does to groups of elements of its first input, by whatever rule it is computed. */
export interface Normalization<P> {
  /** Attribute classes of its commonest use: what a library gets wrong in others must not hide everything. */
  readonly usual: Readonly<Record<string, string>>;
  /** Attribute classes with which the moments are those of x itself. Default: with all. */
  readonly ownMoments?: Readonly<Record<string, string>>;
  /** Positions of the elements of x that are normalised together; none where moments are inputs. */
  groups(x: Shape, attributes: P): readonly (readonly number[])[];
  /** Whether a number that is added to a whole group changes nothing. */
  readonly centres: boolean;
  /** Of those that divide by √(second moment + epsilon). */
  readonly divides?: Divides<P>;
}

export interface Divides<P> {
  /** Attribute classes with which it has all of its parameters. */
  readonly affine: Readonly<Record<string, string>>;
  /**
   * By which power of c each of its first inputs can be multiplied, and epsilon by c², without changing anything. Of
   * the others by none.
   */
  degrees(attributes: P): readonly number[];
  /** Shape of scale and offset in x, with 1 along the axes on which they do not depend. */
  channels(x: Shape, attributes: P): Shape;
  /** Numbers of the inputs that hold them; undefined where there is none. */
  parameters(attributes: P): { readonly scale?: number | undefined; readonly offset?: number | undefined };
}

export interface Draw<P> {
  readonly shapes: readonly Shape[];
  readonly attributes: P;
  /** Values of inputs that have a structure (indices, probabilities); the others are drawn from their domain. */
  readonly values?: readonly (readonly number[] | undefined)[];
}

/** A way in which careful people write the op or its gradient, and which loses digits somewhere. */
export interface TextbookForm<P> {
  meaning?<T>(A: Algebra<T>, xs: readonly NdArray<T>[], attributes: P): NdArray<T>;
  vjp?<T>(
    A: Algebra<T>,
    gy: NdArray<T>,
    xs: readonly NdArray<T>[],
    y: NdArray<T>,
    attributes: P,
  ): (NdArray<T> | null)[];
}

export interface Kernels<P> {
  meaning?(xs: readonly Tensor[], attributes: P): Tensor;
  vjp?(gy: Tensor, xs: readonly Tensor[], y: Tensor, attributes: P): (Tensor | null)[];
}

/**
 * One op: everything that is known of it, in one record.
 *
 * `P` are its attributes. Rules take whole arrays; `elementwise`, `linear`, `bilinear` and `maximumOver` make
 * them from a rule about single elements or from a list of which elements meet.
 */
export interface Op<P extends Attributes = Attributes> {
  readonly name: string;
  /** Raised when the meaning changes, so that old records keep theirs. */
  readonly version: number;
  readonly family: string;
  /** What it computes, as one would say it. */
  readonly summary: string;
  readonly source: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Its inputs; a function where their number depends on the attributes or is free (concat). */
  inputs(count: number, attributes: P): readonly Input[];
  /** How many inputs it accepts. */
  readonly arity: { readonly low: number; readonly high: number };
  /** Points at which a gradient is a choice, in words, and which choice the reference makes. */
  readonly kinks: readonly { readonly at: string; readonly convention: string }[];

  /** It acts on each element by itself, with broadcasting. */
  readonly elementwise?: true;
  /** Bounds that are proved from the rules by a test. Elementwise ops of one input only. */
  bounds?(attributes: P): Bounds;
  /** What is known of its graph, held to many digits by a test. Elementwise ops only. */
  curve?(attributes: P): Curve;
  /** Tuples of corresponding elements that are meant; others are drawn again. Elementwise ops only. */
  readonly relation?: ((...xs: number[]) => boolean) | undefined;

  /** Which elements it normalises, and what that forgets. A test holds it against the meaning. */
  readonly normalization?: Normalization<P>;

  /** Whether inputs have the structure that is meant: indices in range, rows of probabilities. Default: always. */
  accepts?(xs: readonly Tensor[], attributes: P): boolean;
  /** The inputs of such a structure that are nearest to others, for shrinking. */
  repair?(xs: readonly Tensor[], attributes: P): readonly Tensor[];

  /** @throws InvalidProgramError when the shapes or attributes do not fit */
  shape(shapes: readonly Shape[], attributes: P): Shape;
  /**
   * Shapes of the outputs of an op that has several (split, topk). Its rules make and take them as one *bundle*, a
   * flat array of all their elements in order, which is then what `shape` describes; programs see the parts.
   */
  parts?(shapes: readonly Shape[], attributes: P): readonly Shape[];
  draw(context: DrawContext): Draw<P>;
  /** Attributes that fit other input shapes, for shrinking; undefined when nothing fits. Default: unchanged. */
  adapt?(shapes: readonly Shape[], attributes: P): P | undefined;
  /** Simpler attributes, simplest first, for shrinking. */
  simpler?(attributes: P): P[];

  meaning<T>(A: Algebra<T>, xs: readonly NdArray<T>[], attributes: P): NdArray<T>;
  /** Tangent of the output; `dxs[i]` is null where the input carries no tangent. */
  jvp<T>(
    A: Algebra<T>,
    dxs: readonly (NdArray<T> | null)[],
    xs: readonly NdArray<T>[],
    y: NdArray<T>,
    attributes: P,
  ): NdArray<T>;
  /** Cotangent of each input; null for those that are not differentiable. */
  vjp<T>(
    A: Algebra<T>,
    gy: NdArray<T>,
    xs: readonly NdArray<T>[],
    y: NdArray<T>,
    attributes: P,
  ): (NdArray<T> | null)[];
  readonly textbook: readonly TextbookForm<P>[];
  /** Fast paths in doubles; a test holds them against the rules. */
  readonly kernels?: Kernels<P>;
}

/** A registered op, its attributes known only to itself. */
export type AnyOp = Op;

/** Forgets the type of the attributes: from here on they are checked by `shape`, not by the compiler. */
export function register<P extends Attributes>(op: Op<P>): AnyOp {
  const flags = Object.entries(op.attributes).flatMap(([name, { classes }]) =>
    classes.join() === "false,true" ? [name] : [],
  );
  if (flags.length === 0) return op;
  return {
    ...op,
    shape(shapes, attributes) {
      for (const name of flags) checkFlag(name, attributes[name]);
      return op.shape(shapes, attributes as P);
    },
  };
}

/** The text "false" would count as true. @throws InvalidProgramError unless the attribute is a truth value */
function checkFlag(name: string, value: unknown): void {
  if (typeof value !== "boolean") {
    throw new InvalidProgramError(`${name} ${JSON.stringify(value)}: must be true or false`);
  }
}

/** The shape of the bundle of an op with several outputs, from the shapes of its parts. */
export const bundleShape = (parts: readonly Shape[]): Shape => [
  parts.reduce((total, part) => total + sizeOf(part), 0),
];

export const opId = (op: Pick<AnyOp, "name" | "version">): string => `${op.name}@${op.version}`;

export const real: Domain = {
  type: "float",
  low: -Infinity,
  high: Infinity,
  open: false,
  specials: [],
  integer: false,
};

/** A domain that differs from the real line in what is named. */
export const domain = (difference: Partial<Domain>): Domain => ({ ...real, ...difference });

export const bool: Domain = domain({ type: "bool", low: 0, high: 1, integer: true });
export const index: Domain = domain({ type: "index", low: 0, integer: true });

export const isDifferentiable = (input: Input): boolean => input.domain.type === "float";

/** Whether there is anything to differentiate; of positions alone (oneHot) there is not. */
export const hasGradient = (op: AnyOp): boolean => op.inputs(op.arity.low, {}).some(isDifferentiable);
