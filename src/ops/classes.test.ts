import { describe, expect, it } from "vitest";
import { shownBy, type Shows } from "../../fixtures/builders/shownClasses.js";
import { drawCase } from "../arbitraries/drawCase.js";
import { Stream } from "../core/random.js";
import { OPS } from "./index.js";
import type { AnyOp } from "./op.js";

const DRAWS = 24;

/** The axes that are to be copied may have length 1 in the result as well: then most cases must show the class. */
const MOST: Readonly<Record<string, number>> = { "broadcastTo:shape=inside": 0.5 };

function share(op: AnyOp, attribute: string, label: string, shows: Shows): number {
  const shown = Array.from({ length: DRAWS }, (_, i) => {
    const stream = new Stream(1, `classes ${op.name} ${attribute} ${label} ${i}`);
    const c = drawCase(stream, op, { dtype: "f64", region: "normal", classes: { [attribute]: label } });
    const shapes = c.inputs.map(({ shape }) => shape);
    const { attributes } = c.program.nodes[0];
    const data = c.inputs.map((x) => [...x.data]);
    const indexInput = op
      .inputs(shapes.length, attributes)
      .findIndex(({ domain }) => domain.type === "index");
    return shows({ attributes, shapes, data, indexInput });
  });
  return shown.filter(Boolean).length / DRAWS;
}

describe("cases drawn for a class are of that class", () => {
  for (const op of OPS) {
    for (const [attribute, { classes }] of Object.entries(op.attributes)) {
      it(`${op.name}: ${attribute}`, () => {
        for (const label of classes) {
          const key = `${attribute}=${label}`;
          const shows = shownBy(op.name, attribute, label);
          if (!shows) throw new Error(`${op.name} ${key} has no description in shownClasses.ts`);
          const most = MOST[`${op.name}:${key}`] ?? 1;
          expect(share(op, attribute, label, shows), `${op.name} ${key}`).toBeGreaterThanOrEqual(most);
        }
      });
    }
  }
});
