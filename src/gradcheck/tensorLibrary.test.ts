import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { TensorLibrary } from "./argument.js";
import { gradcheck } from "./gradcheck.js";

const library = tf as unknown as TensorLibrary;
const tfOptions = { tf: library } as const;
beforeAll(async () => {
  // The backend, and the package that registers the gradients of the core.
  await Promise.all([import("@tensorflow/tfjs-backend-cpu"), import("@tensorflow/tfjs-layers")]);
  await tf.setBackend("cpu");
});

describe("TensorFlow.js", () => {
  it("the library's own gradient of a composed function passes, in float32", () => {
    const f = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.sum(tf.tanh(tf.matMul(a, b)));
    const a = tf.tensor2d([0.1, -0.4, 0.7, 1.1, -0.2, 0.3], [2, 3]);
    const b = tf.tensor2d([0.5, 0.2, -0.3, 0.9, 0.4, -0.6], [3, 2]);
    const before = tf.memory().numTensors;
    const result = gradcheck(f, [a, b], tfOptions);
    expect(result.report).toMatch(/^pass/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("a custom gradient that is wrong is shown on one number, with its entry and who is wrong", () => {
    const f = (x: tf.Tensor): tf.Tensor =>
      tf.customGrad((...xs) => {
        const [y] = xs as tf.Tensor[];
        return { value: tf.square(y), gradFunc: (dy: tf.Tensor) => [tf.mul(tf.mul(dy, y), 3)] };
      })(x);
    const result = gradcheck(f, [tf.tensor2d([0.3, 1.7, -0.8, 2.5, 0.11, -0.6], [2, 3])], tfOptions);
    expect(result.verdict).toBe("fail");
    expect(result.smallest).toMatchObject({ inputs: [{ shape: [], data: Float64Array.of(1) }] });
    expect(result.smallest?.entry).toMatchObject({ input: 0, index: [], output: 0, got: 3 });
    expect(Math.abs(result.smallest!.entry!.expected - 2)).toBeLessThan(1e-3);
    expect(result.because).toContain("The library's gradient contradicts f itself");
  });

  it("an input that nothing depends on has no gradient, and needs none; one that matters does", () => {
    const x = tf.tensor1d([0.5, 2]);
    const first = (a: tf.Tensor, _b: tf.Tensor): tf.Tensor => tf.exp(a);
    expect(gradcheck(first, [x, x], tfOptions).report).toMatch(/^pass/);
    const cut = (a: tf.Tensor): tf.Tensor => tf.tensor1d(tf.exp(a).dataSync());
    expect(gradcheck(cut, [x], tfOptions)).toMatchObject({ verdict: "fail", kind: "value" });
  });

  it("says that it needs the library", () => {
    expect(() => gradcheck((x: tf.Tensor) => x, [tf.scalar(1)])).toThrow("hand the library in");
  });

  it("differentiates twice, and finds that the library does not differentiate through outputs that it saved", () => {
    const x = tf.tensor1d([0.3, -1.2, 0.8]);
    const twice = { ...tfOptions, order: 2 } as const;
    const sine = gradcheck((y: tf.Tensor) => tf.sum(tf.mul(tf.sin(y), y)), [x], twice);
    expect(sine.report).toMatch(/^pass \(second order\)/);
    // TensorFlow.js 4.22: (x·tanh x)″ at −1.2 is 0.61 instead of −0.0002.
    const tanh2 = gradcheck((y: tf.Tensor) => tf.sum(tf.mul(tf.tanh(y), y)), [x], twice);
    expect(tanh2).toMatchObject({ verdict: "fail", kind: "value" });
    expect(tanh2.reason).toBe("the second derivative is wrong");
  });
});
