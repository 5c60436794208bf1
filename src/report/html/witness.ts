import { valuesOfNodes, type AttributeValue, type Program } from "../../record/program.js";
import type { ReportFinding } from "../../record/report.js";
import { opName } from "../opOutcomes.js";
import { clipText } from "../visibleText.js";
import { LONGEST_TEXT } from "./copyable.js";
import { html, type Content, type Markup } from "./escape.js";
import { programGraph } from "./programGraph.js";

export const factRow = (name: string, value: Content): Markup =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

export const codeOf = (text: string): Markup => html`<code>${clipText(text, LONGEST_TEXT)}</code>`;

/** The program and the point at which it goes wrong. */
export function smallestCase({ witness, inputs, cotangents, tangents = [] }: ReportFinding): Markup {
  const { program, dtype } = witness;
  return html`<dl class="facts">
    ${factRow("program", codeOf(programText(program)))}
    ${program.nodes.length > 1 ? factRow("as a graph", programGraph(program)) : null}
    ${inputs.map((input, k) => factRow(`input x${k}`, codeOf(input)))}
    ${cotangents.map((gy, k) => factRow(cotangents.length === 1 ? "cotangent" : `cotangent ${k}`, codeOf(gy)))}
    ${tangents.map((dx, k) => factRow(tangents.length === 1 ? "tangent" : `tangent ${k}`, codeOf(dx)))}
    ${factRow("precision", dtype === "f32" ? "float32" : "float64")}
  </dl>`;
}

/** Attributes that are a size along each axis. */
const EXTENTS: ReadonlySet<string> = new Set(["strides", "window", "dilation", "shape", "size"]);

/** @example showAttribute("strides", [2, 1]) // "2×1" */
export function showAttribute(name: string, value: AttributeValue): string {
  if (typeof value === "string") return value;
  if (EXTENTS.has(name) && Array.isArray(value) && value.length > 0) return value.join("×");
  return JSON.stringify(value).replaceAll(",", ", ");
}

/** A program, one node a line. For example: "x2 = multiply(x0, x1)". */
export function programText({ inputs, nodes, outputs }: Program): string {
  const made = valuesOfNodes({ inputs, nodes });
  const lines = nodes.map((node, k) => {
    const attributes = Object.entries(node.attributes).map(
      ([name, value]) => `${name}: ${showAttribute(name, value)}`,
    );
    const operands = [...node.inputs.map((input) => `x${input}`), ...attributes];
    const left = made[k].map((value) => `x${value}`).join(", ");
    return `${left} = ${opName(node.op)}(${operands.join(", ")})`;
  });
  const declared = inputs.map(({ shape, type }, k) => `x${k}: ${type}[${shape.join(", ")}]`);
  return [declared.join(", "), ...lines, `return ${outputs.map((value) => `x${value}`).join(", ")}`].join(
    "\n",
  );
}
