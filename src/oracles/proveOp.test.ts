import { describe, expect, it } from "vitest";
import { OPS } from "../ops/index.js";
import type { AnyOp, Attributes } from "../ops/op.js";
import { proveBounds, showProof } from "./proveOp.js";

/** Attributes of every class, where an op has some. */
const ATTRIBUTES: Readonly<Record<string, readonly Attributes[]>> = {
  clip: [
    { low: -0.2, high: 0.7 },
    { low: 0, high: 6 },
  ],
  gelu: [{ approximate: "none" }, { approximate: "tanh" }],
  leakyRelu: [{ alpha: 0.25 }, { alpha: 0.2 }, { alpha: 0.01 }, { alpha: -0.5 }, { alpha: 3 }],
};
const BOUNDED = OPS.filter(({ bounds }) => bounds);
const cases = BOUNDED.flatMap((op) =>
  (ATTRIBUTES[op.name] ?? [{}]).map((attributes) => [op, attributes] as const),
);

/** Bounds that leave no room: the record's claim, narrowed at the end that counts, is refuted. */
const narrowed = (op: AnyOp, of: "value" | "derivative", range: readonly [number, number]): AnyOp => ({
  ...op,
  bounds: () => ({ [of]: range }),
});

describe("the bounds of a record", () => {
  it.each(
    cases.map(([op, attributes]) => [`${op.name} ${JSON.stringify(attributes)}`, op, attributes] as const),
  )("are proved: %s", (_name, op, attributes) => {
    const proofs = proveBounds(op, attributes);
    expect(proofs.length).toBeGreaterThan(0);
    for (const proof of proofs) expect(proof.verdict, showProof(proof)).toMatch(/^proved/);
  });

  it("hold for all reals but where a tail is infinity times nothing", () => {
    const partly = cases.flatMap(([op, attributes]) =>
      op.name === "gelu" || op.name === "erf"
        ? []
        : proveBounds(op, attributes).flatMap(({ of, verdict }) =>
            verdict === "proved" ? [] : `${op.name} ${of}: ${verdict}`,
          ),
    );
    expect(partly).toEqual([
      "silu value: proved up to 1e301",
      "silu derivative: proved up to 1e301",
      "mish value: proved up to 1e301",
      "mish derivative: proved up to 1e301",
    ]);
  });

  it.each([
    ["sigmoid", "derivative", [0, 0.2499]],
    ["tanh", "derivative", [0, 0.9999]],
    ["silu", "value", [-0.2784, Infinity]],
    ["silu", "derivative", [-0.0998, 1.0998]],
    ["mish", "value", [-0.3088, Infinity]],
    ["mish", "derivative", [-0.1, 1.0885]],
    ["mish", "derivative", [-0.113, 1.088]],
    ["erf", "derivative", [0, 1.1283]],
    ["selu", "derivative", [0, 1.758]],
    ["relu6", "value", [0, 5.99]],
    ["hardSigmoid", "derivative", [0, 0.19]],
  ] as const)("are close: %s with a %s in %j is refuted", (name, of, range) => {
    const op = OPS.find((each) => each.name === name)!;
    const [proof] = proveBounds(narrowed(op, of, range), {});
    expect(proof.verdict).toBe("refuted");
    expect(proof.value!.low > range[1] || proof.value!.high < range[0]).toBe(true);
  });

  it("are not proved of another rule", () => {
    const sigmoid = OPS.find(({ name }) => name === "sigmoid")!;
    const tanh = OPS.find(({ name }) => name === "tanh")!;
    const [value, derivative] = proveBounds({ ...sigmoid, vjp: tanh.vjp }, {});
    expect([value.verdict, derivative.verdict]).toEqual(["proved", "refuted"]);
  });
});
