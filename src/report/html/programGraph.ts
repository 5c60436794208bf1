import { valuesOfNodes, type Program } from "../../record/program.js";
import { opName } from "../opOutcomes.js";
import { html, type Markup } from "./escape.js";

const BOX = { width: 116, height: 26 };
const GAP = { x: 14, y: 24 };
/** Room beside the boxes for lines that pass them. */
const MARGIN = 26;
/** So many characters of an op's name fit its box; the text of the program has the rest. */
const LABEL = 16;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A program drawn from its inputs down, each value below all that it is made of. */
export function programGraph({ inputs, nodes, outputs }: Program): Markup {
  const made = valuesOfNodes({ inputs, nodes });
  const depths: number[] = inputs.map(() => 0);
  nodes.forEach((node, n) => {
    const depth = 1 + Math.max(0, ...node.inputs.map((input) => depths[input]));
    depths.push(...made[n].map(() => depth));
  });
  const layers: number[][] = [];
  depths.forEach((depth, value) => (layers[depth] ??= []).push(value));
  const widest = Math.max(...layers.map((layer) => layer.length));
  const width = widest * (BOX.width + GAP.x) + 2 * MARGIN;
  const height = layers.length * (BOX.height + GAP.y) - GAP.y + 2;
  const places: Place[] = [];
  layers.forEach((layer, depth) =>
    layer.forEach((value, k) => {
      places[value] = {
        x: MARGIN + ((width - 2 * MARGIN) * (2 * k + 1)) / (2 * layer.length),
        y: 1 + depth * (BOX.height + GAP.y),
      };
    }),
  );
  const edges = nodes.flatMap((node, k) =>
    node.inputs.flatMap((from) => made[k].map((to) => edge(places[from], places[to]))),
  );
  const boxes = places.map((place, value) => {
    const maker = made.findIndex((values) => values.includes(value));
    const name = maker < 0 ? `x${value}` : `x${value} ${opName(nodes[maker].op)}`;
    const kind = value < inputs.length ? "input" : outputs.includes(value) ? "output" : "inner";
    return box(place, name, kind);
  });
  return html`<svg
    class="graph"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
    aria-hidden="true"
  >
    ${edges}${boxes}
  </svg>`;
}

const box = ({ x, y }: Place, name: string, kind: string): Markup =>
  html`<rect
      class="${kind}"
      x="${x - BOX.width / 2}"
      y="${y}"
      width="${BOX.width}"
      height="${BOX.height}"
      rx="4"
    ></rect>
    <text x="${x}" y="${y + BOX.height / 2 + 4}" text-anchor="middle">${shorten(name)}</text>`;

const shorten = (name: string): string => (name.length > LABEL ? `${name.slice(0, LABEL - 1)}…` : name);

/** A line to the next layer is straight enough; one that passes layers bends around the boxes between. */
function edge(from: Place, to: Place): Markup {
  const [top, bottom] = [from.y + BOX.height, to.y];
  const passes = bottom - top > GAP.y;
  // The curve goes three quarters of the way to its control points.
  const aside = passes ? ((BOX.width / 2 + MARGIN / 2) * 4) / 3 : 0;
  const middle = (top + bottom) / 2;
  return html`<path
    d="M${from.x} ${top}C${from.x - aside} ${middle} ${to.x - aside} ${middle} ${to.x} ${bottom}"
  ></path>`;
}
