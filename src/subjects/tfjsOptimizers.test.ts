import { beforeAll, describe, expect, it } from "vitest";
import { DOUBLES } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { promisedOptimizers } from "../networks/optimizers.js";
import { train } from "../networks/training.js";
import type { Hyper } from "../record/promises.js";
import type { Adapter, OptimizeRequest, TypedTensor } from "./adapter.js";
import { tfjsAdapter } from "./tfjs.js";
import type { Tf } from "./tfjsExpression.js";
import { createOptimizer, TFJS_OPTIMIZERS } from "./tfjsOptimizers.js";

const logs: string[] = [];
let tfjs: Adapter;
let tf: Tf;
beforeAll(async () => {
  tfjs = await tfjsAdapter({ log: (_, message) => logs.push(message) });
  tf = { ...(await import("@tensorflow/tfjs-core")), ...(await import("@tensorflow/tfjs-layers")) };
});

const floats = (shape: readonly number[], ...data: number[]): TypedTensor => ({
  shape,
  data: Float32Array.from(data),
});
const drawn = (shape: readonly number[], name: string): TypedTensor => {
  const stream = new Stream(6, name);
  return floats(shape, ...Array.from({ length: sizeOf(shape) }, () => stream.normal()));
};
const doubles = ({ shape, data }: TypedTensor): Tensor => ({ shape, data: Float64Array.from(data) });

const PARAMS = [drawn([2, 3], "first"), drawn([4], "second")];
const gradientsOf = (t: number): TypedTensor[] => PARAMS.map(({ shape }, p) => drawn(shape, `${t}, ${p}`));

const run = (optimizer: string, hyper: Hyper, steps: OptimizeRequest["steps"], last = false): TypedTensor[] =>
  tfjs.optimize!({ optimizer, hyper, params: PARAMS, steps, last }) as TypedTensor[];

const plainSteps = (count: number): { gradients: TypedTensor[] }[] =>
  Array.from({ length: count }, (_, t) => ({ gradients: gradientsOf(t) }));

/** The smallest distance from what a rule that keeps the promise makes of them. */
function distance(optimizer: string, hyper: Hyper, steps: { gradients: TypedTensor[] }[]): number {
  const got = run(optimizer, hyper, steps);
  const exact = steps.map(({ gradients }) => ({ gradients: gradients.map(doubles) }));
  const distances = promisedOptimizers(TFJS_OPTIMIZERS[optimizer].promise, hyper).map((rule) => {
    const wanted = train(DOUBLES, rule, PARAMS.map(doubles), exact).flat();
    return Math.max(
      ...got.flatMap(({ data }, k) => Array.from(data, (x, i) => Math.abs(x - wanted[k].data[i]))),
    );
  });
  return Math.min(...distances);
}

const NEEDED: Hyper = { learningRate: 0.1, momentum: 0.9 };
const needed = (name: string): Hyper =>
  Object.fromEntries((TFJS_OPTIMIZERS[name].promise.required ?? []).map((h) => [h, NEEDED[h]]));

describe("an optimiser", () => {
  const right = Object.keys(TFJS_OPTIMIZERS).filter(
    (name) => !["adadelta", "centeredRmsprop"].includes(name),
  );

  it.each(right)("%s takes the steps of a rule that it promises, with its defaults", (name) => {
    // Numbers of size 3, ten operations each in five steps of float32, of which Adam's first loses four digits.
    expect(distance(name, needed(name), plainSteps(5))).toBeLessThan(1e-5);
  });

  it.each([
    ["rmsprop", { learningRate: 0.1, decay: 0.5, momentum: 0.5, epsilon: 0.01 }],
    ["adam", { learningRate: 0.1, beta1: 0, beta2: 0.5, epsilon: 0.01 }],
    ["adamax", { learningRate: 0.1, beta1: 0.5, rateDecay: 0.5 }],
    ["adagrad", { learningRate: 0.1, initialAccumulator: 0 }],
  ])("%s takes what it is given: %j", (name, hyper) => {
    expect(distance(name, hyper, plainSteps(5))).toBeLessThan(1e-5);
  });

  it("adadelta divides by the squares before this step, which its paper does not", () => {
    const [first] = run("adadelta", { learningRate: 1 }, plainSteps(1));
    const [gradient] = gradientsOf(0);
    first.data.forEach((x, i) => expect(x).toBeCloseTo(PARAMS[0].data[i] - gradient.data[i], 5));
    expect(distance("adadelta", { learningRate: 1 }, plainSteps(1))).toBeGreaterThan(0.5);
  });

  it("centeredRmsprop subtracts its epsilon, and makes NaN of small gradients", () => {
    const small = PARAMS.map(({ shape, data }) => ({ shape, data: data.map((x) => x * 1e-4) }));
    const [first] = run("centeredRmsprop", { learningRate: 0.1 }, [{ gradients: small }]);
    expect(first.data.some(Number.isNaN)).toBe(true);
  });

  it.each(Object.keys(TFJS_OPTIMIZERS))("%s has the defaults that are promised", (name) => {
    const entry = TFJS_OPTIMIZERS[name];
    const made = createOptimizer(entry, needed(name)).evaluate(tf, new Map()) as ReturnType<
      Tf["train"]["adam"]
    >;
    const config: Record<string, unknown> = made.getConfig();
    made.dispose();
    const names: Record<string, string> = {
      initialAccumulator: "initialAccumulatorValue",
      rateDecay: "decay",
    };
    const promised = Object.entries({ ...entry.promise.hyper, ...needed(name) });
    for (const [h, value] of promised) {
      // Adagrad's is the backend's, and nowhere to be read.
      const found = name === "adagrad" && h === "epsilon" ? tf.backend().epsilon() : config[names[h] ?? h];
      expect(found, h).toBe(value);
    }
  });

  it("changes a rate on the way where there is a method for it", () => {
    const [first, second] = plainSteps(2);
    const changed = run("sgd", { learningRate: 1 }, [first, { ...second, hyper: { learningRate: 0 } }]);
    expect(changed.slice(2)).toEqual(changed.slice(0, 2));
    expect(changed[0]).not.toEqual(PARAMS[0]);
    expect(() => run("adam", {}, [{ ...first, hyper: { learningRate: 1 } }])).toThrow(
      "tf.train.adam has no method that changes learningRate",
    );
    expect(() => run("adagrad", { learningRate: 1, epsilon: 1 }, [first])).toThrow(
      "no parameter for epsilon",
    );
  });

  it("does not change the momentum that it is told to change", () => {
    const steps = plainSteps(3);
    const unchanged = run("momentum", NEEDED, steps);
    const asked = steps.map((step) => ({ ...step, hyper: { momentum: 0 } }));
    expect(run("momentum", NEEDED, asked)).toEqual(unchanged);
  });

  it("leaves a variable without gradient as it is", () => {
    const [{ gradients }] = plainSteps(1);
    const [first, second] = run("adam", {}, [{ gradients: [gradients[0], null] as TypedTensor[] }]);
    expect(first).not.toEqual(PARAMS[0]);
    expect(second).toEqual(PARAMS[1]);
  });

  it("keeps what it remembers by place: in another order it is another's", () => {
    const gradient = floats([1], 1);
    const params = [floats([1], 0), floats([1], 0)];
    const steps = [
      { gradients: [gradient, floats([1], 0)] },
      { gradients: [floats([1], 0), floats([1], 0)], order: [1, 0] },
    ];
    const request = { optimizer: "momentum", hyper: NEEDED, params, steps, last: true };
    const [first, second] = tfjs.optimize!(request) as TypedTensor[];
    // By name, the first would go on to −0.19 and the second would stay.
    expect([first.data[0], second.data[0]]).toEqual([expect.closeTo(-0.1, 6), expect.closeTo(-0.09, 6)]);
  });

  it("shows the last step alone", () => {
    expect(run("sgd", { learningRate: 1 }, plainSteps(3), true)).toEqual(
      run("sgd", { learningRate: 1 }, plainSteps(3)).slice(4),
    );
  });
});

it("leaves behind what the momentum optimisers do not dispose, and says so once", () => {
  expect(logs).toEqual([
    "1 tensors were not disposed by momentum",
    "1 tensors were not disposed by nesterov",
  ]);
});
