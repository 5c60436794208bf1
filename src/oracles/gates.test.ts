import { describe, expect, it } from "vitest";
import { doubles } from "../core/numberAlgebra.js";
import { FixedGates, HullGates, Spreads, Trace } from "./gates.js";

/** The sites of a pass that compares these pairs. */
function passOver(...pairs: readonly (readonly number[])[]): Trace {
  const trace = new Trace();
  for (const values of pairs) trace.decide(values, false);
  return trace;
}

const F = 3;
const u = 2 ** -24;

/** What is undecided when an exact pass and some others met these values. */
function undecided(exact: Trace, ...runs: readonly Trace[]) {
  const spreads = new Spreads(exact.sites);
  for (const run of runs) spreads.add(run.sites);
  return spreads.undecided(F, u);
}

/** What is undecided about one site whose argument is x in the exact pass, and another in others. */
const jumpsAt =
  (meet: (trace: Trace, x: number) => void) =>
  (...xs: number[]) => {
    const [exact, ...others] = xs.map((x) => {
      const trace = new Trace();
      meet(trace, x);
      return trace;
    });
    return undecided(exact, ...others);
  };

const decided = (...members: number[]) => ({ members, hull: false });

describe("Trace", () => {
  it("answers by the values, and keeps what was compared", () => {
    const trace = new Trace();
    expect(trace.decide([2, 1], true)).toEqual({ members: [0], hull: false });
    expect(trace.decide([1, 1, 0], false)).toEqual({ members: [0, 1], hull: false });
    expect(trace.floor(-2.5)).toBe(-3);
    expect(trace.sites.map(({ values, jump, floor }) => [values, jump, floor])).toEqual([
      [[2, 1], true, false],
      [[1, 1, 0], false, false],
      [[-2.5], true, true],
    ]);
  });

  it("sees the sites of an arithmetic in the order in which they are met", () => {
    const trace = new Trace();
    const A = doubles(trace);
    A.select(3, 4, Number, Number, Number);
    A.floor(1.5);
    A.argmax([1, 2, 2]);
    expect(trace.sites.map(({ members }) => members)).toEqual([[1], [0], [1, 2]]);
  });
});

describe("Spreads", () => {
  it("settles a comparison whose sides are further apart than the passes spread", () => {
    const { groups, crossings } = undecided(passOver([1, 2]), passOver([1.1, 2.1]), passOver([1, 1.9]));
    expect(groups.size).toBe(0);
    expect(crossings).toBe(0);
  });

  it("leaves one open that F spreads reach", () => {
    const { groups, crossings } = undecided(passOver([5, 6], [0, 0.25]), passOver([5, 6], [0, 0.15]));
    expect([...groups]).toEqual([[1, [0, 1]]]);
    expect(crossings).toBe(1);
  });

  it("takes values that are equal in every pass for a tie, not for a crossing", () => {
    const { groups, crossings } = undecided(passOver([3, 3, 1]), passOver([3.5, 3.5, 1]));
    expect([...groups]).toEqual([[0, [0, 1]]]);
    expect(crossings).toBe(0);
  });

  it("takes NaN in some pass for undecided", () => {
    expect(undecided(passOver([1, 2]), passOver([1, NaN])).groups.size).toBe(1);
  });

  it("tells a jump that is met exactly from one that may be crossed", () => {
    const at = jumpsAt((trace, x) => trace.decide([x, 0], true));
    expect(at(0, 0)).toMatchObject({ jump: false, atJump: true, groups: new Map() });
    expect(at(1e-9, -1e-9)).toMatchObject({ jump: true, atJump: false, groups: new Map([[0, [0, 1]]]) });
    expect(at(1, 1.1)).toMatchObject({ jump: false, atJump: false, groups: new Map() });
  });

  it("measures floor's argument from its nearest integer", () => {
    const at = jumpsAt((trace, x) => trace.floor(x));
    expect(at(1.5, 1.6)).toMatchObject({ jump: false, atJump: false });
    expect(at(1.99, 2.001)).toMatchObject({ jump: true, atJump: false });
    expect(at(2, 2)).toMatchObject({ jump: false, atJump: true });
  });

  it("refuses a pass that met other sites", () => {
    expect(() => new Spreads(passOver([1, 2]).sites).add(passOver([1, 2], [3, 4]).sites)).toThrow(
      "a rule met 2 comparison sites instead of 1: sites must not depend on outcomes",
    );
  });
});

describe("gates that repeat a pass", () => {
  const exact = passOver([1, 2], [7, 7, 7], [2, 1]);
  exact.floor(2.75);
  const groups = new Map([[1, [0, 2]]]);

  it("fix open sites to their first or last alternative", () => {
    const [first, last] = (["first", "last"] as const).map((which) => {
      const gates = new FixedGates(exact.sites, groups, which);
      return [gates.decide(), gates.decide(), gates.decide(), gates.floor()];
    });
    expect(first).toEqual([decided(1), decided(0), decided(0), 2]);
    expect(last).toEqual([decided(1), decided(2), decided(0), 2]);
  });

  it("hull open sites, and no others, from where they are told to begin", () => {
    const gates = new HullGates(exact.sites, groups, 1);
    expect(gates.decide()).toEqual({ members: [0, 2], hull: true });
    expect(gates.decide()).toEqual({ members: [0], hull: false });
    expect(gates.floor()).toBe(2);
  });
});
