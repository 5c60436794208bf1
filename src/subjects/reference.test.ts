import { describe, expect, it } from "vitest";
import type { AnyOp } from "../ops/op.js";
import { ProgramBuilder } from "../program/builder.js";
import type { Program } from "../record/program.js";
import type { AdapterRequest, TypedTensor } from "./adapter.js";
import { inProcessSubject } from "./inProcess.js";
import { intercept } from "./intercept.js";
import { referenceAdapter, type ReferenceOptions } from "./reference.js";
import { encodeTyped, type TypedArray } from "./typedTensor.js";

const tanh: Program = {
  inputs: [{ shape: [2], type: "float" }],
  nodes: [{ op: "tanh@1", attributes: {}, inputs: [0] }],
  outputs: [1],
};
const vector = (data: TypedArray): TypedTensor => ({ shape: [data.length], data });

function request(program: Program, inputs: TypedArray[], seeds: TypedArray[], mode: AdapterRequest["mode"]) {
  const wrt = inputs.map((_, k) => k);
  return {
    program,
    mode,
    inputs: inputs.map(vector),
    wrt,
    seeds: seeds.map(vector),
    want: ["value", "grads"],
  } as const;
}

const multiplyWithItself = (): Program => {
  const b = new ProgramBuilder();
  const x = b.input([1]);
  return b.build(b.apply("multiply", [x, x]));
};

const square = (options: ReferenceOptions, x: number): number => {
  const adapter = referenceAdapter({ precision: "f32", ...options });
  const asked = request(multiplyWithItself(), [Float32Array.of(x)], [Float32Array.of(1)], "value");
  return (adapter.evaluate(asked) as { value: TypedTensor[] }).value[0].data[0];
};

const only =
  (name: string, change: (op: AnyOp) => AnyOp) =>
  (op: AnyOp): AnyOp =>
    op.name === name ? change(op) : op;

describe("the reference", () => {
  it("differentiates in both directions, in doubles", () => {
    const reference = referenceAdapter();
    const x = Float64Array.of(0.5, -2);
    const slope = x.map((v) => 1 / Math.cosh(v) ** 2);
    for (const mode of ["vjp", "jvp"] as const) {
      const { value, grads } = reference.evaluate(request(tanh, [x], [Float64Array.of(3, 0.25)], mode)) as {
        value: TypedTensor[];
        grads: TypedTensor[];
      };
      expect(value[0].data).toEqual(x.map(Math.tanh));
      expect(grads[0].data[0]).toBeCloseTo(3 * slope[0], 15);
      expect(grads[0].data[1]).toBeCloseTo(0.25 * slope[1], 15);
    }
  });

  it("offers every op in its own precision only", async () => {
    const subject = inProcessSubject("reference-f32", referenceAdapter({ precision: "f32" }));
    expect(subject.hello.capabilities.ops["maxPool2d@1"]).toEqual({
      modes: ["value", "vjp", "jvp", "hvp"],
      dtypes: ["f32"],
    });
    const { inputs, seeds, wrt, mode, program } = request(
      tanh,
      [Float64Array.of(1, 2)],
      [Float64Array.of(1, 2)],
      "vjp",
    );
    const outcome = await subject.evaluate({
      program,
      mode,
      wrt: [...wrt],
      want: ["grads"],
      inputs: inputs.map(encodeTyped),
      seeds: seeds.map(encodeTyped),
    });
    expect(outcome).toMatchObject({ status: "unsupported", what: "dtype" });
  });

  it("lacks an op that nobody has described", async () => {
    const subject = inProcessSubject("reference", referenceAdapter());
    const program = { ...tanh, nodes: [{ ...tanh.nodes[0], op: "conjure@1" }] };
    const inputs = [encodeTyped(vector(Float64Array.of(1, 2)))];
    const outcome = await subject.evaluate({
      program,
      mode: "value",
      inputs,
      wrt: [],
      seeds: [],
      want: ["value"],
    });
    expect(outcome).toMatchObject({ status: "unsupported", what: "op" });
  });

  it("gives each gradient memory of its own", () => {
    const reference = referenceAdapter();
    // The output is the input: its gradient is the very seed.
    const identity: Program = { inputs: [{ shape: [1], type: "float" }], nodes: [], outputs: [0] };
    const asked = request(identity, [Float64Array.of(1)], [Float64Array.of(2)], "vjp");
    const { grads, after } = reference.evaluate(asked);
    expect(grads?.[0]?.data).toEqual(Float64Array.of(2));
    expect(grads?.[0]?.data.buffer).not.toBe(after?.seeds[0].data.buffer);
  });
});

describe("the reference in float32", () => {
  it("rounds after every primitive", () => {
    const x = Math.fround(1 / 3);
    expect(square({}, x)).toBe(Math.fround(x * x));
    expect(square({}, x)).not.toBe(x * x);
  });

  it("keeps subnormals, or flushes them", () => {
    expect(square({}, 2 ** -70)).toBe(2 ** -140);
    expect(square({ flush: true }, 2 ** -70)).toBe(0);
    expect(referenceAdapter({ precision: "f32", flush: true }).hello()).toMatchObject({
      implementation: { id: "reference-f32-ftz" },
      capabilities: { flush: true },
    });
  });

  it("uses textbook forms: 1 − y² is 0 where tanh has become 1", () => {
    const asked = request(tanh, [Float32Array.of(10, 0)], [Float32Array.of(1, 1)], "vjp");
    const slope = (options: ReferenceOptions): number | undefined =>
      (referenceAdapter({ precision: "f32", ...options }).evaluate(asked) as { grads: TypedTensor[] })
        .grads[0].data[0];
    expect(slope({})).toBe(0);
    expect(slope({ form: 0 })).toBeGreaterThan(8e-9);
  });
});

describe("a mutant of the reference", () => {
  it("has another meaning, kernels or not", () => {
    const replace = only("multiply", (op) => ({ ...op, meaning: (_A, [a]) => a }));
    const asked = request(multiplyWithItself(), [Float64Array.of(3)], [], "value");
    expect(referenceAdapter({ replace }).evaluate(asked)).toMatchObject({
      value: [vector(Float64Array.of(3))],
    });
  });

  it("has another gradient, textbook forms or not", () => {
    const replace = only("tanh", (op) => ({ ...op, vjp: (_A, gy) => [gy] }));
    const asked = request(tanh, [Float32Array.of(1, 2)], [Float32Array.of(5, 6)], "vjp");
    expect(referenceAdapter({ precision: "f32", replace }).evaluate(asked)).toMatchObject({
      grads: [vector(Float32Array.of(5, 6))],
    });
  });
});

describe("a faulty adapter", () => {
  it("is the reference with something done on the way", async () => {
    const lazy = intercept(referenceAdapter(), (_request, honest) => {
      const { value } = honest();
      return { value, grads: [null] };
    });
    const asked = request(tanh, [Float64Array.of(1, 2)], [Float64Array.of(1, 1)], "vjp");
    expect(await lazy.evaluate(asked)).toMatchObject({ grads: [null] });
    expect(lazy.hello().implementation.id).toBe("reference");
  });
});
