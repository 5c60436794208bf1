import { describe, expect, it } from "vitest";
import type { Mode } from "../record/protocol.js";
import { encodeTyped } from "./typedTensor.js";
import { Breaker } from "./breaker.js";
import { flightOf, type RequestCell } from "./flight.js";

const cellOf = (op: string, mode: Mode): RequestCell =>
  flightOf(
    "eval",
    {},
    {
      program: {
        inputs: [{ shape: [1], type: "float" }],
        nodes: [{ op, attributes: {}, inputs: [0] }],
        outputs: [1],
      },
      mode,
      inputs: [encodeTyped({ shape: [1], data: Float64Array.of(1) })],
      wrt: [],
      seeds: [],
      want: ["value"],
    },
    () => undefined,
  ).cell;

/** After as many confirmed timeouts as are borne, and one. */
function broken(op: string, mode: Mode): Breaker {
  const breaker = new Breaker(2);
  for (let k = 0; k < 3; k++) breaker.count(cellOf(op, mode));
  return breaker;
}

describe("a breaker", () => {
  it("bears a few, and then refuses the cell, with the reason", () => {
    const breaker = new Breaker(1);
    breaker.count(cellOf("tanh@1", "vjp"));
    expect(breaker.refusal(cellOf("tanh@1", "vjp"))).toBeUndefined();
    breaker.count(cellOf("tanh@1", "vjp"));
    expect(breaker.refusal(cellOf("tanh@1", "vjp"))).toBe("2 crashes and timeouts of tanh@1/vjp/f64 before");
  });

  it("refuses second order where the gradient hangs, and neither values nor other ops", () => {
    const breaker = broken("tanh@1", "vjp");
    expect(breaker.refusal(cellOf("tanh@1", "hvp"))).toMatch(/of tanh@1\/vjp\/f64/);
    for (const cell of [cellOf("tanh@1", "value"), cellOf("tanh@1", "jvp"), cellOf("sin@1", "vjp")]) {
      expect(breaker.refusal(cell)).toBeUndefined();
    }
  });

  it("refuses every mode where the value hangs", () => {
    const breaker = broken("tanh@1", "value");
    for (const mode of ["value", "vjp", "jvp", "hvp"] as const) {
      expect(breaker.refusal(cellOf("tanh@1", mode))).toMatch(/of tanh@1\/value\/f64/);
    }
  });
});
