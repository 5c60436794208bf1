import { describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import { sizeOf } from "../core/shape.js";
import { openInputs, valueOf } from "../networks/network.js";
import { promisedNetwork } from "../networks/promisedLayer.js";
import type { LayerPromise } from "../record/promises.js";
import type { Scenario } from "../record/scenario.js";
import { drawLayer, DRAWN_LAYERS } from "./drawLayer.js";
import { simplerLayer } from "./simplerLayer.js";

const promised = (kind: string): LayerPromise => ({ kind, config: {}, says: "", source: "" });

/** Whether the tensors are what the layer's program takes, and a cotangent of what it makes. */
function fits(promise: LayerPromise, scenario: Scenario): boolean {
  const network = promisedNetwork(promise, scenario);
  const shapes = [...Object.values(openInputs(network)), network.program.shapes[valueOf(network, "y")]];
  return shapes.every((shape, k) => scenario.tensors[k].shape.join() === shape.join());
}

describe("a simpler layer", () => {
  it.each(DRAWN_LAYERS)("is one that can be asked for, with fewer numbers or settings: %s", (kind) => {
    const promise = promised(kind);
    for (let k = 0; k < 10; k++) {
      const drawn = drawLayer(new Stream(k, kind), { target: `layer:${kind}`, promise, dtype: "f32" });
      expect(fits(promise, drawn)).toBe(true);
      let scenario = drawn;
      // Always the last that is offered: the end is reached from everywhere.
      for (let steps = 0; ; steps++) {
        const simpler = [...simplerLayer(promise, scenario)];
        for (const each of simpler) {
          expect(fits(promise, each)).toBe(true);
          expect(each.tensors.every(({ data }) => data.length > 0)).toBe(true);
          const x = sizeOf(each.settings.shape as number[]);
          expect(x).toBeLessThanOrEqual(sizeOf(scenario.settings.shape as number[]));
        }
        const last = simpler.at(-1);
        if (!last) break;
        expect(steps).toBeLessThan(60);
        scenario = last;
      }
    }
  });

  it("keeps numbers apart from 0, and makes them short", () => {
    const promise = promised("flatten");
    const data = Float64Array.of(0.1, -0.2, 1.3, 0);
    const scenario: Scenario = {
      target: "layer:flatten",
      dtype: "f64",
      settings: { shape: [1, 2, 2] },
      tensors: [
        { shape: [1, 2, 2], data },
        { shape: [1, 4], data },
      ],
      seed: 0,
      tags: [],
    };
    const blunt = [...simplerLayer(promise, scenario)].at(-1)!;
    expect(Array.from(blunt.tensors[0].data)).toEqual([0.5, -0.5, 1.5, 0]);
  });
});
