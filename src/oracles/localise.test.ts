import { describe, expect, it, test } from "vitest";
import { Stream } from "../core/random.js";
import { sum } from "../core/sum.js";
import { checkGradient, type Pullback, type Values } from "./checkGradient.js";
import { localise, type Answer, type GroupTest } from "./localise.js";

interface Said {
  readonly answer: Answer;
}

/** Tests of groups among n elements of which these are wrong, counted. */
function groups(n: number, wrong: readonly number[], said?: (elements: readonly number[]) => Answer) {
  const count = { tests: 0 };
  const ask: GroupTest<Said> = (elements) => {
    count.tests++;
    return { answer: said?.(elements) ?? (wrong.some((i) => elements.includes(i)) ? "wrong" : "right") };
  };
  const whole = { elements: Array.from({ length: n }, (_, i) => i), test: { answer: "wrong" } as Said };
  return { whole, ask, count };
}

const namesOf = ({ named }: { named: readonly { element: number }[] }): number[] =>
  named.map(({ element }) => element);

describe("halving", () => {
  test.each([1, 2, 3, 64, 100, 1000])("names the one that is wrong, wherever it is among %s", (n) => {
    const stream = new Stream(1, `one of ${n}`);
    for (let t = 0; t < 40; t++) {
      const at = stream.int(0, n - 1);
      const { whole, ask, count } = groups(n, [at]);
      const found = localise(whole, ask);
      expect(namesOf(found)).toEqual([at]);
      expect(found).toMatchObject({ complete: true, smallest: { elements: [at] } });
      expect(count.tests).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(n)));
    }
  });

  it("names several, and says when there are more than it names", () => {
    const { whole, ask, count } = groups(1000, [3, 500, 501]);
    const found = localise(whole, ask);
    expect(namesOf(found)).toEqual([3, 500, 501]);
    expect(found.complete).toBe(true);
    expect(count.tests).toBeLessThanOrEqual(3 * 20);
    const all = groups(1000, whole.elements);
    const four = localise(all.whole, all.ask);
    expect(namesOf(four)).toEqual([0, 1, 2, 3]);
    expect(four.complete).toBe(false);
    expect(all.count.tests).toBeLessThanOrEqual(2 * 14);
  });

  it("finds one that only small groups show", () => {
    // A huge neighbour, element 9, hides it: as long as both are in a group, nothing can be said.
    const { whole, ask } = groups(64, [12], (elements) =>
      elements.includes(9) ? "undecided" : elements.includes(12) ? "wrong" : "right",
    );
    expect(namesOf(localise(whole, ask))).toEqual([12]);
  });

  it("names nobody on the word of a group alone, nor without confirmation", () => {
    const together = groups(8, [], (elements) => (elements.length > 2 ? "wrong" : "right"));
    const found = localise(together.whole, together.ask);
    expect(found).toMatchObject({ named: [], complete: false, smallest: { elements: [0, 1, 2, 3] } });
    const { whole, ask } = groups(8, [5]);
    expect(localise(whole, ask, { confirm: () => false })).toMatchObject({
      named: [],
      complete: false,
      smallest: { elements: [5] },
    });
  });

  it("says how far it came when nothing more can be paid for", () => {
    const { whole, ask, count } = groups(64, [5]);
    const found = localise(whole, (elements) => (count.tests < 5 ? ask(elements) : "budget"));
    expect(found).toMatchObject({ named: [], complete: false });
    expect(found.smallest.elements).toContain(5);
    expect(found.smallest.elements.length).toBeLessThan(64);
  });
});

/** A function, its gradient, and a draw of its inputs. */
type Example = readonly [Values, Pullback, (stream: Stream, i: number) => number];

const square = (t: number): number => t * t;
const elementwise = (f: (t: number) => number, slope: (t: number) => number): [Values, Pullback] => [
  ([x]) => x.map(f),
  ([x], v) => [x.map((t, i) => v[i] * slope(t))],
];
const summed = (f: (t: number) => number, slope: (t: number) => number): [Values, Pullback] => [
  ([x]) => Float64Array.of(sum(x.map(f))),
  ([x], [v]) => [x.map((t) => v * slope(t))],
];
const softmax = (x: Float64Array): Float64Array => {
  const powers = x.map(Math.exp);
  const total = sum(powers);
  return powers.map((power) => power / total);
};
const normal = (stream: Stream): number => stream.normal();
const around0 = (stream: Stream): number => stream.between(-2, 2);

const EXAMPLES: Record<string, Example> = {
  tanh: [...elementwise(Math.tanh, (t) => 1 / Math.cosh(t) ** 2), around0],
  "the sum of squares": [...summed(square, (t) => 2 * t), normal],
  softmax: [
    ([x]) => softmax(x),
    ([x], v) => {
      const y = softmax(x);
      const mean = sum(y.map((p, i) => p * v[i]));
      return [y.map((p, i) => p * (v[i] - mean))];
    },
    normal,
  ],
  // The direction passes kinks at every distance from the point.
  "a sum of distances to 1": [
    ...summed(
      (t) => Math.abs(t - 1),
      (t) => Math.sign(t - 1),
    ),
    around0,
  ],
  "squares, some of them huge": [
    ...elementwise(square, (t) => 2 * t),
    (stream: Stream, i: number) => (i % 97 === 7 ? 1e7 : 1) * stream.between(0.5, 1),
  ],
};

/** One entry of the gradient times this factor. */
const spoiled =
  (gradient: Pullback, at: number, factor: number): Pullback =>
  (xs, v) => {
    const [g] = gradient(xs, v);
    return [g.with(at, g[at] * factor)];
  };

const FACTORS = [1.01, 0.99, 1.5, -1, 0, 1e6, NaN];

describe("one wrong entry of a black box's gradient", () => {
  test.each(Object.entries(EXAMPLES))(
    "among 100,000 is found in 2500 evaluations and 2 reverse passes: %s",
    (name, [f, gradient, draw]) => {
      const stream = new Stream(2, name);
      const x = Float64Array.from({ length: 100_000 }, (_, i) => draw(stream, i));
      const at = stream.int(0, x.length - 1);
      const check = checkGradient(f, spoiled(gradient, at, 1.01), [x]);
      expect(check.found).toMatchObject({ elements: [at], alone: true, complete: true });
      expect(check.evaluations).toBeLessThanOrEqual(2500);
      expect(check.reversePasses).toBeLessThanOrEqual(2);
    },
    30_000,
  );

  test.each(Object.entries(EXAMPLES))(
    "is never sought in the wrong place: %s",
    (name, [f, gradient, draw]) => {
      let found = 0;
      for (let seed = 0; seed < 60; seed++) {
        const stream = new Stream(seed, `places of ${name}`);
        const x = Float64Array.from({ length: stream.int(1, 1000) }, (_, i) => draw(stream, i));
        const at = stream.int(0, x.length - 1);
        const check = checkGradient(f, spoiled(gradient, at, FACTORS[seed % FACTORS.length]), [x], { seed });
        if (check.found?.alone) {
          expect([seed, check.found.elements]).toEqual([seed, [at]]);
          found++;
        }
        expect(check.verdict, JSON.stringify([seed, check])).not.toBe("pass");
      }
      expect(found).toBeGreaterThanOrEqual(58);
    },
  );
});

describe("several wrong entries", () => {
  const x = Float64Array.from({ length: 5000 }, (_, i) => Math.sin(i));
  const [f, gradient] = EXAMPLES.tanh;

  it("are all found, also beside one that is far more wrong", () => {
    const wrong = spoiled(spoiled(spoiled(gradient, 17, 1.01), 18, 1e6), 4000, -1);
    const check = checkGradient(f, wrong, [x]);
    expect(check.found).toMatchObject({ elements: [17, 18, 4000], alone: true, complete: true });
    expect(check.reason).toMatch(/^input 0, elements 17, 18, 4000: got /);
  });

  it("are listed as far as four of them where all are wrong", () => {
    const twice: Pullback = (xs, v) => gradient(xs, v).map((g) => g.map((value) => 2 * value));
    const { found } = checkGradient(f, twice, [x]);
    expect(found).toMatchObject({ elements: [0, 1, 2, 3], alone: true, complete: false });
  });
});

it("says that it cannot localise where one element's word does not stand", () => {
  // Wrong with the first cotangent only: whatever this is, it is no wrong entry of a Jacobian.
  let passes = 0;
  const [f, gradient] = EXAMPLES.tanh;
  const once: Pullback = (xs, v) => (passes++ === 0 ? spoiled(gradient, 3, 2)(xs, v) : gradient(xs, v));
  const { verdict, found, reason } = checkGradient(f, once, [Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5)]);
  expect({ verdict, alone: found?.alone }).toEqual({ verdict: "fail", alone: false });
  expect(reason).toContain("cannot localise");
});
