import { describe, expect, it } from "vitest";
import { caseOf, row } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import type { Outcome } from "../record/protocol.js";
import { encodeTensor } from "../record/tensor.js";
import { determinism, intact, ownMemory, refusesInvalid, shapes } from "./behaviour.js";

const product = caseOf("multiply", [row(1, 2), row(3, 4)], { dtype: "f32" });
const wire = (...xs: number[]) => encodeTensor(row(...xs), "f32");
const crashed: Outcome = { status: "crash", detail: "died", confirmed: true };

/** Tells an answer's inputs and cotangents after the call. */
const after =
  (inputs: readonly number[][], seed: readonly number[]) =>
  (outcomes: readonly Outcome[]): Outcome[] =>
    outcomes.map((o) => ({ ...o, after: { inputs: inputs.map((x) => wire(...x)), seeds: [wire(...seed)] } }));
const withoutAfter = (outcomes: readonly Outcome[]): Outcome[] =>
  outcomes.map((o) => ({ ...o, after: undefined }) as Outcome);
const sharing =
  (shared: [string, string][] | undefined) =>
  (outcomes: readonly Outcome[]): Outcome[] =>
    outcomes.map((o) => ({ ...o, shared }) as Outcome);

describe("shapes and dtypes", () => {
  it("are all that it looks at", async () => {
    const wrong = await judgedAfter(shapes, product, ([o]) => [
      withGrads(
        o,
        at(0, 0, () => 99),
      ),
    ]);
    expect(wrong).toMatchObject({ verdict: "pass" });
    const longer = await judgedAfter(shapes, product, ([o]) => [withGrads(o, () => wire(1, 2, 3))]);
    expect(longer).toMatchObject({ verdict: "fail", kind: "shape", where: "gradient[0]" });
  });
});

describe("determinism", () => {
  it("needs the same bits in values and in gradients", async () => {
    const value = await judgedAfter(determinism, product, ([a, b]) => [
      a,
      withValue(
        b,
        at(0, 1, () => 9),
      ),
    ]);
    expect(value).toMatchObject({ verdict: "fail", kind: "bits", where: "value[0]", element: 1, got: 9 });
    const gradient = await judgedAfter(determinism, product, ([a, b]) => [
      a,
      withGrads(
        b,
        at(1, 0, (g) => g * (1 + 2 ** -23)),
      ),
    ]);
    expect(gradient).toMatchObject({ kind: "bits", where: "gradient[1]", expected: { value: 1 } });
  });

  it("tells −0 from 0, and no NaN from another", async () => {
    const signed = await judgedAfter(determinism, product, ([a, b]) => [
      withGrads(
        a,
        at(0, 0, () => 0),
      ),
      withGrads(
        b,
        at(0, 0, () => -0),
      ),
    ]);
    expect(signed).toMatchObject({ verdict: "fail", kind: "bits", where: "gradient[0]", element: 0 });
    const nans = ["AADAfwAAwH8=", "AADA/wAAwP8="].map((b64) => ({ dtype: "f32" as const, shape: [2], b64 }));
    const payloads = await judgedAfter(determinism, product, ([a, b]) => [
      withGrads(a, () => nans[0]),
      withGrads(b, () => nans[1]),
    ]);
    expect(payloads).toEqual({ verdict: "pass", reason: "" });
  });

  it("needs the same shapes and the same number of results", async () => {
    const shape = await judgedAfter(determinism, product, ([a, b]) => [
      a,
      withGrads(b, (g) => ({ ...g, shape: [2, 1] })),
    ]);
    expect(shape).toMatchObject({ verdict: "fail", kind: "bits", where: "gradient[0]" });
    expect(shape.got).toBeUndefined();
    const missing = await judgedAfter(determinism, product, ([a, b]) => [
      a,
      withGrads(b, (g, k) => (k === 1 ? null : g)),
    ]);
    expect(missing).toMatchObject({ kind: "bits", where: "gradient[1]" });
  });

  it("is not judged where an answer is missing", async () => {
    expect(await judgedAfter(determinism, product, ([a]) => [a, crashed])).toMatchObject({
      verdict: "crash",
    });
  });
});

describe("inputs intact", () => {
  it("holds when they are what they were", async () => {
    const same = after(
      [
        [1, 2],
        [3, 4],
      ],
      [1, -1.5],
    );
    expect(await judgedAfter(intact, product, same)).toMatchObject({ verdict: "pass" });
  });

  it("names what was overwritten", async () => {
    const input = after(
      [
        [1, 2],
        [3, 8],
      ],
      [1, -1.5],
    );
    expect(await judgedAfter(intact, product, input)).toMatchObject({
      verdict: "fail",
      kind: "mutates",
      where: "input[1]",
      element: 1,
      expected: { value: 4 },
      got: 8,
    });
    const seed = after(
      [
        [1, 2],
        [3, 4],
      ],
      [0, -1.5],
    );
    expect(await judgedAfter(intact, product, seed)).toMatchObject({
      kind: "mutates",
      where: "cotangent[0]",
    });
  });

  it("is not known of a subject that does not show them", async () => {
    expect(await judgedAfter(intact, product, withoutAfter)).toMatchObject({ verdict: "unsupported" });
    expect(await judgedAfter(intact, product, () => [crashed])).toMatchObject({ verdict: "crash" });
  });
});

describe("memory of its own", () => {
  it("names the two that share it", async () => {
    expect(await judgedAfter(ownMemory, product, sharing([["gradient[0]", "gradient[1]"]]))).toMatchObject({
      verdict: "fail",
      kind: "shares memory",
      where: "gradient[1]",
      reason: expect.stringContaining("gradient[0] and gradient[1] are the same memory"),
    });
    expect(await judgedAfter(ownMemory, product, sharing([]))).toMatchObject({ verdict: "pass" });
    expect(await judgedAfter(ownMemory, product, sharing(undefined))).toMatchObject({
      verdict: "unsupported",
    });
  });
});

describe("invalid refused", () => {
  it("is satisfied by an error only", async () => {
    const [error, unsupported]: Outcome[] = [
      { id: "1", status: "error", error: { type: "RangeError", message: "shapes do not fit" } },
      { id: "1", status: "unsupported", what: "attributes" },
    ];
    expect(await judgedAfter(refusesInvalid, product, () => [error])).toMatchObject({ verdict: "pass" });
    expect(await judgedAfter(refusesInvalid, product, () => [unsupported])).toMatchObject({
      verdict: "unsupported",
    });
    expect(await judgedAfter(refusesInvalid, product, () => [crashed])).toMatchObject({ verdict: "crash" });
    expect(await judgedAfter(refusesInvalid, product)).toMatchObject({
      verdict: "accepted-invalid",
      kind: "accepts",
      reason: "arguments that do not fit gave a result of shape [2]",
    });
  });
});
