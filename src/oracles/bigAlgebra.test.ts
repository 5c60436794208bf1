import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Algebra, Intrinsic } from "../core/algebra.js";
import { Stream } from "../core/random.js";
import {
  bigNumbers,
  exactDecimal,
  loadBigNumbers,
  withDigits,
  type BigNumbers,
  type BigSite,
} from "./bigAlgebra.js";
import { bigFunctions } from "./bigFunctions.js";

/** mpmath at 80 digits, of the doubles as they are. */
const TABLE: readonly (readonly [Intrinsic, number, string])[] = [
  ["exp", 0.1, "1.10517091807564763094663882345877965774166341637421962084148"],
  ["exp", -700, "9.85967654375977085670537294784946510511560018140094171058647e-305"],
  ["expm1", 1e-20, "9.99999999999999945158271454209571651181053083996154845329753e-21"],
  ["expm1", -0.3, "-0.259181779318282125708391764055348015123652597260501406095953"],
  ["expm1", 3, "19.0855369231876677409285296545817178969879078385541501443789"],
  ["log", 0.1, "-2.3025850929940456285068402234265387271634735938763827768352"],
  ["log", 1.0000000000000002, "2.22044604925031283432823045461548792598233180790111470255693e-16"],
  ["log1p", -0.999, "-6.90775527898213616387555466392825471435058049889922504832849"],
  ["log1p", 1e-20, "9.99999999999999945148271454209571652278004321578630048877451e-21"],
  ["log1p", 0.75, "0.55961578793542268627088850052682659348608446086135068021803"],
  ["sin", 1e22, "-0.852200849767188801772705893753029368261762150410043656256509"],
  ["sin", 3, "0.141120008059867222100744802808110279846933264252265584151883"],
  ["cos", 1e22, "0.523214785395138945497594473384709492140919972439387953527211"],
  ["tan", 1.5, "14.1014199471717193876460836519877564456595435772358618661233"],
  ["asin", 0.999, "1.52607123962616316811638530200677983823004613884091508885776"],
  ["acos", 0.999, "0.0447250871687334511149363896329716038685385608466378216297134"],
  ["atan", 20, "1.52083793107295385782131540460490656060730761926404573607662"],
  ["sinh", 1e-20, "9.9999999999999994515327145420957165172952036945405911377164e-21"],
  ["sinh", 0.75, "0.822316731935829980703661634446913848582144002782963369691738"],
  ["sinh", -20, "-242582597.704895137953976604051491365359349304394513138988902"],
  ["cosh", 20, "242582597.704895140015130226490049193325289684550334115364709"],
  ["tanh", 1e-20, "9.99999999999999945153271454209571651729470369454059113779867e-21"],
  ["tanh", -0.3, "-0.291312612451590895658160015769398948261722039127862646982193"],
  ["tanh", 20, "0.999999999999999991503291489416822045438558191190987257130475"],
  ["asinh", -100000, "-12.2060726455551737295062518948800496894143374928687037137144"],
  ["asinh", 1e-20, "9.99999999999999945153271454209571651729487036120725780443791e-21"],
  ["acosh", 1.0000000000000002, "0.0000000210734242554470155035478037518280008839254253869926233529506"],
  ["acosh", 20, "3.68825386736129666761816757203235188783315569765587425882926"],
  ["atanh", -0.999, "-3.80020116725019958746460173498017099264556303196718490711238"],
  ["atanh", 1e-20, "9.99999999999999945153271454209571651729537036120725780435564e-21"],
  ["erf", 0.1, "0.112462916018284898404712251014304061723392518505816202221991"],
  ["erf", -1.5, "-0.966105146475310727066976261645947858681410479257636780449968"],
  ["erf", 5, "0.999999999998462540205571965149811656514616621109881949685277"],
];

let C: BigNumbers;
beforeAll(async () => {
  C = await loadBigNumbers(64);
});

/** 64 digits; two algebras of the same seed toss the same coins. */
function algebra(seed: number, onSite?: (site: BigSite) => void): Algebra<InstanceType<BigNumbers>> {
  const stream = new Stream(seed, "coin");
  return bigNumbers(withDigits(C, 64), () => stream.bits() < 0, onSite);
}

describe("exactDecimal", () => {
  it("has every digit of a double", () => {
    expect(exactDecimal(0.1)).toBe("1000000000000000055511151231257827021181583404541015625e-55");
    expect([0.5, -3, 2 ** 60, 0, -0].map(exactDecimal)).toEqual([
      "5e-1",
      "-3",
      "1152921504606846976",
      "0",
      "-0",
    ]);
    expect(exactDecimal(Number.MIN_VALUE)).toMatch(/^494065645841246544\d+625e-1074$/);
    expect([NaN, Infinity, -Infinity].map(exactDecimal)).toEqual(["NaN", "Infinity", "-Infinity"]);
  });

  it("reads back as the same double, and is its product with a power of two", () => {
    fc.assert(
      fc.property(fc.double(), (x) => {
        expect(Object.is(Number(exactDecimal(x)), x)).toBe(true);
      }),
      { seed: 30, numRuns: 1000 },
    );
  });

  it("is what a BigNumber of the number itself is not", () => {
    expect(new C(0.1).eq(new C(exactDecimal(0.1)))).toBe(false);
    // 0.1 is 3602879701896397·2⁻⁵⁵.
    const exact = withDigits(C, 200);
    expect(new exact(exactDecimal(0.1)).times(new exact(2).pow(55)).toString()).toBe("3602879701896397");
  });
});

describe("the functions", () => {
  it.each(TABLE)("%s(%s) has 58 digits", (name, x, digits) => {
    const wide = withDigits(C, 80);
    const expected = new wide(digits);
    const allowed = expected.abs().times("1e-58");
    const plain = bigFunctions(C)[name](new C(exactDecimal(x)));
    expect(new wide(plain).minus(expected).abs().lte(allowed), plain.toString()).toBe(true);
    const A = algebra(1);
    const rounded = A[name](A.lift(x));
    expect(new wide(rounded).minus(expected).abs().lte(allowed), rounded.toString()).toBe(true);
  });

  it("are exact at 0, whatever the coins", () => {
    for (const name of [
      "expm1",
      "log1p",
      "sin",
      "tan",
      "asin",
      "atan",
      "sinh",
      "tanh",
      "asinh",
      "atanh",
      "erf",
    ] as const) {
      expect(algebra(2)[name](new C(0)).toNumber()).toBe(0);
    }
    for (const name of ["exp", "cos", "cosh"] as const) expect(algebra(2)[name](new C(0)).eq(1)).toBe(true);
  });

  it("end at the ends of their domains", () => {
    const A = algebra(3);
    expect(A.log(A.lift(0)).toNumber()).toBe(-Infinity);
    expect(A.log(A.lift(-1)).isNaN()).toBe(true);
    expect(A.exp(A.lift(1e300)).toNumber()).toBe(Infinity);
    expect([A.tanh(A.lift(1e6)), A.erf(A.lift(-1e6))].map((y) => y.toNumber())).toEqual([1, -1]);
    expect(A.sinh(A.lift(-1e300)).toNumber()).toBe(-Infinity);
    expect(A.acosh(A.lift(0.5)).isNaN()).toBe(true);
  });
});

describe("arithmetic", () => {
  it("is exact where the digits suffice", () => {
    const A = algebra(4);
    expect(A.add(A.lift(0.1), A.neg(A.lift(0.1))).isZero()).toBe(true);
    expect(A.mul(A.constant("0.1"), A.constant("0.2")).toString()).toBe("0.02");
    expect(
      A.sum([A.lift(1), A.lift(2 ** -52)])
        .minus(1)
        .toNumber(),
    ).toBe(2 ** -52);
    expect(A.sum([]).isZero()).toBe(true);
    expect(A.sqrt(A.lift(2.25)).toString()).toBe("1.5");
  });

  it("rounds up or down as the coin falls", () => {
    const thirds = new Set(
      Array.from({ length: 20 }, (_, seed) => {
        const A = algebra(seed);
        return A.div(A.lift(1), A.lift(3)).toString();
      }),
    );
    expect(thirds).toEqual(new Set([`0.${"3".repeat(64)}`, `0.${"3".repeat(63)}4`]));
  });

  it("moves results that only look exact", () => {
    const ones = new Set(Array.from({ length: 20 }, (_, seed) => algebra(seed).tanh(new C(200)).toString()));
    expect(ones.size).toBeGreaterThan(1);
  });

  it("knows powers of negative numbers, and the quadrants", () => {
    const A = algebra(5);
    expect(A.pow(A.lift(-2), A.lift(3)).plus(8).abs().lte("1e-60")).toBe(true);
    expect(A.pow(A.lift(4), A.lift(-0.5)).minus(0.5).abs().lte("1e-60")).toBe(true);
    expect(A.pow(A.lift(-2), A.lift(0.5)).isNaN()).toBe(true);
    expect(A.pow(A.lift(0), A.lift(0)).toNumber()).toBe(1);
    expect(A.atan2(A.lift(0), A.lift(1)).toNumber()).toBe(0);
    expect(A.atan2(A.lift(1), A.lift(-1)).toNumber()).toBe(Math.atan2(1, -1));
    expect(A.atan2(A.lift(-1), A.lift(-1)).toNumber()).toBe(Math.atan2(-1, -1));
  });
});

describe("comparisons", () => {
  it("see the last digit, and report every site", () => {
    const sites: BigSite[] = [];
    const A = algebra(6, (site) => sites.push(site));
    const one = A.lift(1);
    const more = A.constant(`1.${"0".repeat(60)}1`);
    const answer = (a: typeof one, b: typeof one): string =>
      A.select(
        a,
        b,
        () => A.lift(1),
        () => A.lift(-1),
        () => A.lift(0),
      ).toString();
    expect([answer(more, one), answer(one, more), answer(one, one)]).toEqual(["1", "-1", "0"]);
    expect(A.argmax([one, more, more]) as unknown[]).toEqual([A.lift(0), A.lift(0.5), A.lift(0.5)]);
    expect(A.floor(A.constant("-0.5")).toString()).toBe("-1");
    expect(A.floor(A.lift(2)).toString()).toBe("2");
    expect(sites.map(({ outcome, tied }) => [outcome, tied])).toEqual([
      ["greater", false],
      ["less", false],
      ["tie", true],
      ["1,2", true],
      ["-1", false],
      ["2", true],
    ]);
  });
});
