import { shortest } from "../core/float.js";
import { showShape } from "../core/shape.js";
import { decodeScenario, type WireScenario } from "../record/scenario.js";

/** More numbers than this are told by their count. */
const MOST_NUMBERS = 24;

/** What a trial's object was asked, for people: settings by name, and numbers. The snippet has them to the bit. */
export function scenarioLines(wire: WireScenario): { readonly name: string; readonly value: string }[] {
  const { settings, tensors, seed, dtype } = decodeScenario(wire);
  return [
    ...Object.entries(settings).map(([name, value]) => ({
      name: name.replace(/^(config|hyper)\./, ""),
      value: Array.isArray(value) ? showShape(value) : String(value),
    })),
    ...tensors.map(({ shape, data }, k) => {
      const numbers = Array.from(data.slice(0, MOST_NUMBERS), (x) => shortest(x, dtype));
      const more = data.length > MOST_NUMBERS ? [`… ${data.length} in all`] : [];
      return {
        name: `tensor ${k + 1}`,
        value:
          shape.length === 0
            ? numbers[0]
            : `[${[...numbers, ...more].join(", ")}], shape ${showShape(shape)}`,
      };
    }),
    { name: "seed", value: String(seed) },
  ];
}
