import { INTRINSICS, type Algebra, type Intrinsic, type Vector } from "./algebra.js";
import { duals, type Dual } from "./dual.js";

/** A number, and where on the tape it was written; constants are not. */
export interface Taped<T> {
  readonly v: T;
  readonly place: number | undefined;
}

/** How one number was made: which earlier ones it depends on, and how fast it moves with each. */
interface Step<T> {
  readonly places: readonly number[];
  readonly slopes: readonly T[];
}

/**
 * Reverse mode over single numbers: an arithmetic that writes down what it does, so that the derivative of a result
 * with respect to every input comes from one walk back. Over the reverse rules of a program this is reverse over
 * reverse.
 *
 * The slope of each primitive is what dual numbers say of it alone.
 */
export class Tape<T> {
  readonly algebra: Algebra<Taped<T>>;
  private readonly steps: Step<T>[] = [];

  constructor(private readonly base: Algebra<T>) {
    this.algebra = this.build();
  }

  /** A number whose influence will be asked for. */
  input(v: T): Taped<T> {
    return { v, place: this.steps.push({ places: [], slopes: [] }) - 1 };
  }

  /** The derivative of `y` with respect to each of `xs`. */
  gradient(y: Taped<T>, xs: readonly Taped<T>[]): T[] {
    const { base } = this;
    const zero = base.lift(0);
    if (y.place === undefined) return xs.map(() => zero);
    const cotangents: (T | undefined)[] = [];
    cotangents[y.place] = base.lift(1);
    for (let place = y.place; place >= 0; place--) {
      const gy = cotangents[place];
      if (gy === undefined) continue;
      const { places, slopes } = this.steps[place];
      places.forEach((from, k) => {
        const term = base.mul(gy, slopes[k]);
        const sum = cotangents[from];
        cotangents[from] = sum === undefined ? term : base.add(sum, term);
      });
    }
    return xs.map(({ place }) => (place === undefined ? zero : (cotangents[place] ?? zero)));
  }

  private build(): Algebra<Taped<T>> {
    const { base } = this;
    const D = duals(base);
    const [zero, one] = [base.lift(0), base.lift(1)];
    const constant = (v: T): Taped<T> => ({ v, place: undefined });
    const write = (v: T, operands: readonly Taped<T>[], slopes: readonly T[]): Taped<T> => {
      const moving = operands.flatMap((x, k) => (x.place === undefined ? [] : [k]));
      if (moving.length === 0) return constant(v);
      const step = { places: moving.map((k) => operands[k].place!), slopes: moving.map((k) => slopes[k]) };
      return { v, place: this.steps.push(step) - 1 };
    };
    /** Lifts a primitive of duals: its slope along each operand is its tangent when that operand alone moves. */
    const lifted =
      (f: (...xs: Dual<T>[]) => Dual<T>) =>
      (...operands: Taped<T>[]): Taped<T> => {
        const along = (k: number): Dual<T> =>
          f(...operands.map(({ v }, j) => ({ v, d: j === k ? one : zero })));
        const ways = operands.map((x, k) => (x.place === undefined ? undefined : along(k)));
        const { v } = ways.find((way) => way !== undefined) ?? along(-1);
        return write(
          v,
          operands,
          ways.map((way) => way?.d ?? zero),
        );
      };
    const values = (xs: Vector<Taped<T>>): Vector<T> => {
      const vs = base.array(xs.length);
      for (let i = 0; i < xs.length; i++) vs[i] = xs[i].v;
      return vs;
    };
    return {
      constant: (decimal) => constant(base.constant(decimal)),
      lift: (x) => constant(base.lift(x)),
      array: (length) => Array.from<Taped<T>>({ length }),
      toNumber: ({ v }) => base.toNumber(v),
      add: lifted(D.add),
      sub: lifted(D.sub),
      mul: lifted(D.mul),
      div: lifted(D.div),
      neg: lifted(D.neg),
      sum: (terms) =>
        write(
          base.sum(values(terms)),
          Array.from(terms),
          Array.from(terms, () => one),
        ),
      sqrt: lifted(D.sqrt),
      ...(Object.fromEntries(INTRINSICS.map((name) => [name, lifted(D[name])])) as Record<
        Intrinsic,
        (x: Taped<T>) => Taped<T>
      >),
      atan2: lifted(D.atan2),
      pow: lifted(D.pow),
      select(a, b, greater, less, tie, jump) {
        const taken: Taped<T>[] = [];
        const take = (branch: () => Taped<T>) => (): T => {
          taken.push(branch());
          return taken[0].v;
        };
        base.select(a.v, b.v, take(greater), take(less), take(tie), jump);
        if (taken.length !== 1) throw new Error(`a tape follows one branch, not ${taken.length}`);
        return taken[0];
      },
      argmax: (xs) => Array.from(base.argmax(values(xs)), constant),
      floor: (x) => constant(base.floor(x.v)),
    };
  }
}
