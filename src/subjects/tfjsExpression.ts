import type * as Core from "@tensorflow/tfjs-core";
import type * as Layers from "@tensorflow/tfjs-layers";

/** Everything that the package `@tensorflow/tfjs` exports and that is needed here. */
export type Tf = Omit<typeof Core, "default"> & Omit<typeof Layers, "default">;

type Path =
  | Exclude<keyof Tf, symbol | number>
  | `losses.${keyof Tf["losses"]}`
  | `metrics.${keyof Tf["metrics"]}`
  | `Reduction.${keyof Tf["Reduction"]}`
  | `image.${keyof Tf["image"]}`
  | `layers.${keyof Tf["layers"]}`
  | `initializers.${keyof Tf["initializers"]}`
  | `constraints.${keyof Tf["constraints"]}`
  | `regularizers.${keyof Tf["regularizers"]}`
  | `train.${Exclude<keyof Tf["train"], "prototype">}`;

export type TfPath = Path;

export type Argument =
  | Expression
  | number
  | boolean
  | string
  | undefined
  | readonly Argument[]
  | { readonly [option: string]: Argument };

type Callable = (...args: unknown[]) => unknown;

/**
 * A call into TensorFlow.js as data, so that what is executed and what a snippet shows cannot differ.
 */
export class Expression {
  private constructor(
    private readonly kind: "value" | "constant" | "call" | "method" | "length" | "field",
    /** Name of a value of the program, path below `tf`, name of a method or field, or number of an axis. */
    private readonly name: string,
    private readonly args: readonly Argument[] = [],
  ) {}

  /** Something that the surrounding code has a name for. */
  static value(name: string): Expression {
    return new Expression("value", name);
  }

  static constant(path: Path): Expression {
    return new Expression("constant", path);
  }

  static call(path: Path, ...args: Argument[]): Expression {
    return new Expression("call", path, args);
  }

  /** `layer.apply(x, options)`, of one array or of several. */
  applyTo(x: Expression | readonly Expression[], options?: Argument): Expression {
    return new Expression("method", "apply", [this, x, options]);
  }

  /** `layer.getWeights()` */
  getWeights(): Expression {
    return new Expression("method", "getWeights", [this]);
  }

  /** `x.shape[axis]` */
  lengthOf(axis: number): Expression {
    return new Expression("length", String(axis), [this]);
  }

  /** One of several results that have names. */
  field(name: string): Expression {
    return new Expression("field", name, [this]);
  }

  /** What the call returns; whatever the library throws is thrown. */
  evaluate(tf: Tf, values: ReadonlyMap<string, unknown>): unknown {
    const argument = (x: Argument): unknown => {
      if (x instanceof Expression) return x.evaluate(tf, values);
      if (Array.isArray(x)) return x.map(argument);
      if (typeof x !== "object") return x;
      return Object.fromEntries(Object.entries(x).map(([option, y]) => [option, argument(y)]));
    };
    const args = this.args.map(argument);
    switch (this.kind) {
      case "value":
        return values.get(this.name);
      case "constant":
        return lookUp(tf, this.name);
      case "call":
        return (lookUp(tf, this.name) as Callable)(...args);
      case "length":
        return (args[0] as { readonly shape: readonly number[] }).shape[Number(this.name)];
      case "field":
        return (args[0] as Record<string, unknown>)[this.name];
      default:
        return (args[0] as Record<string, Callable>)[this.name](...args.slice(1));
    }
  }

  toString(): string {
    const args = this.args.map(print);
    // Trailing arguments that are left out need not be written.
    while (args.at(-1) === "undefined") args.pop();
    switch (this.kind) {
      case "value":
        return this.name;
      case "constant":
        return `tf.${this.name}`;
      case "call":
        return `tf.${this.name}(${args.join(", ")})`;
      case "length":
        return `${args[0]}.shape[${this.name}]`;
      case "field":
        return `${args[0]}.${this.name}`;
      default:
        return `${args[0]}.${this.name}(${args.slice(1).join(", ")})`;
    }
  }
}

/** @throws Error when the library has no such export: the table is wrong, not the library */
function lookUp(tf: Tf, path: string): unknown {
  let found: unknown = tf;
  for (const part of path.split(".")) found = (found as Record<string, unknown>)[part];
  if (found === undefined) throw new Error(`TensorFlow.js exports no ${path}`);
  return found;
}

function print(x: Argument): string {
  if (x instanceof Expression) return x.toString();
  if (Array.isArray(x)) return `[${x.map(print).join(", ")}]`;
  if (typeof x === "string") return JSON.stringify(x);
  if (typeof x === "object") {
    const options = Object.entries(x).map(([option, y]) => `${option}: ${print(y)}`);
    return `{ ${options.join(", ")} }`;
  }
  return Object.is(x, -0) ? "-0" : String(x);
}
