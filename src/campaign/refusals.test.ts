import { describe, expect, it } from "vitest";
import { drawCase } from "../arbitraries/drawCase.js";
import { Stream } from "../core/random.js";
import { askGradient, askHessian, askValue } from "../laws/law.js";
import { hasGradient } from "../ops/op.js";
import { findOp } from "../ops/index.js";
import type { Hello, Mode, Refusal } from "../record/protocol.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { tfjsAdapter } from "../subjects/tfjs.js";
import { acceptedClasses, isRefused, refusalsOf, refusesAll } from "./refusals.js";

const tfjs = inProcessSubject("tfjs", await tfjsAdapter({ log: () => undefined }));
const conv2d = findOp("conv2d@1");
const apart: Refusal = { classes: ["strides=2", "dilation=2"], reason: "either, or" };

const helloWith = (refuses: Refusal[], without: Record<string, string> = {}): Hello => ({
  ...tfjs.hello,
  capabilities: {
    graphs: true,
    ops: { "conv2d@1": { modes: ["value", "vjp"], dtypes: ["f32"], refuses, without } },
  },
});

describe("what a subject refuses", () => {
  it("is so together, in some ways of asking, for some ranks", () => {
    expect(isRefused([apart], { strides: "2", dilation: "2", padding: "same" })).toBe(true);
    expect(isRefused([apart], { strides: "2", dilation: "1" })).toBe(false);
    const ranked: Refusal = { classes: [], unlessRank: { low: 2, high: 4 }, reason: "ranks" };
    expect([1, 2, 4, 5, undefined].map((rank) => isRefused([ranked], {}, rank))).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
    const hello = helloWith([{ classes: [], modes: ["vjp"], reason: "no gradient" }], {
      "padding=same": "no",
    });
    expect(refusesAll(hello, "conv2d@1", ["value"])).toBe(false);
    expect(refusesAll(hello, "conv2d@1", ["vjp"])).toBe(true);
    expect(refusalsOf(hello, "conv2d@1", ["value"])).toEqual([{ classes: ["padding=same"], reason: "no" }]);
  });

  it("is not drawn, and one of the wanted classes stays", () => {
    const wanted = { strides: "2", dilation: "2", padding: "same" };
    const seen = new Set<string>();
    for (let turn = 0; turn < 30; turn++) {
      const classes = acceptedClasses(new Stream(1, `${turn}`), conv2d, wanted, [apart], turn);
      expect(isRefused([apart], classes)).toBe(false);
      const [name, label] = Object.entries(wanted)[turn % 3];
      expect(classes[name]).toBe(label);
      seen.add(`${classes.strides}${classes.dilation}`);
    }
    expect(seen.size).toBeGreaterThan(3);
    // What goes together is taken as it is, and what goes with nothing, too.
    const plain = { strides: "1", dilation: "2", padding: "same" };
    expect(acceptedClasses(new Stream(1, "x"), conv2d, plain, [apart], 0)).toEqual(plain);
    const nothing = [{ classes: [], reason: "nothing" }];
    expect(acceptedClasses(new Stream(1, "x"), conv2d, wanted, nothing, 0)).toEqual(wanted);
  });
});

const ASK = { value: askValue, vjp: askGradient, hvp: askHessian } as const;
const declared = Object.entries(tfjs.hello.capabilities.ops).filter(([, { refuses }]) => refuses);

describe("TensorFlow.js", () => {
  it.each(declared)("refuses of %s what it says", async (id, { refuses = [] }) => {
    const op = findOp(id);
    for (const [r, { classes, modes = ["value"], unlessRank }] of refuses.entries()) {
      for (const label of classes) {
        const [name, wanted] = label.split("=");
        expect(op.attributes[name].classes, id).toContain(wanted);
      }
      const labels = Object.fromEntries(classes.map((label) => label.split("=") as [string, string]));
      for (const mode of modes) {
        let asked = 0;
        for (let i = 0; i < 60 && asked < 3; i++) {
          const stream = new Stream(1, `${id} ${r} ${i}`);
          const c = drawCase(stream, op, { dtype: "f32", classes: labels, region: "normal" });
          const { length: rank } = c.program.inputs[0].shape;
          if (unlessRank && rank >= unlessRank.low && rank <= unlessRank.high) continue;
          asked++;
          const outcome = await tfjs.evaluate(ASK[mode as keyof typeof ASK](c));
          // Its faults come before its refusals: a gradient that throws does so in second order, too.
          expect(
            ["unsupported", "error"],
            `${classes.join()} ${mode}: ${JSON.stringify(c.program)}`,
          ).toContain(outcome.status);
        }
        expect(asked, `${id} ${classes.join()}`).toBeGreaterThan(0);
      }
    }
  });

  it("is asked little that it refuses", async () => {
    const share = async (mode: Mode & keyof typeof ASK): Promise<number> => {
      let refused = 0;
      let asked = 0;
      for (const id of Object.keys(tfjs.hello.capabilities.ops)) {
        const op = findOp(id);
        if (!hasGradient(op) || op.name === "resizeNearest") continue;
        if (refusesAll(tfjs.hello, id, [mode])) continue;
        for (let i = 0; i < 6; i++) {
          const stream = new Stream(2, `${id} ${i}`);
          const classes = acceptedClasses(stream, op, {}, refusalsOf(tfjs.hello, id, [mode]), i);
          const c = drawCase(stream, op, { dtype: "f32", classes, region: "normal" });
          asked++;
          if ((await tfjs.evaluate(ASK[mode](c))).status === "unsupported") refused++;
        }
      }
      return refused / asked;
    };
    // Without the declarations it is a quarter of the values.
    expect(await share("value")).toBeLessThan(0.06);
  }, 60_000);
});
