import { formatOf, type FloatType } from "../core/float.js";
import { sum } from "../core/sum.js";
import type { ReportFinding, ReportTrial } from "../record/report.js";
import { ENDED } from "./runSnippets.js";

/** Whether a snippet printed what the finding says of it. */
export function confirmsFinding({ judgement, signature, witness }: ReportFinding, output: string): boolean {
  const { verdict, reason, got, element } = judgement;
  // A Hessian product that the library cannot form is told in its own words, not in numbers.
  if (judgement.kind === "missing") return /^Hessian-vector product of x\d+: (?!\[)/m.test(output);
  if (verdict === "error") return output.includes(reason.replace(/^\w+: /, "").split("\n")[0]);
  const printed = printedResult(output, signature.where, witness.program.inputs.length);
  // A snippet that prints no such line has died on the way: of a crash that is the finding, and of a hang that was ended.
  if (printed === undefined) return verdict === "crash" || (verdict === "timeout" && output.includes(ENDED));
  if (got === undefined || element === undefined)
    return /\bshape\b|dtype|instead of/.test(reason) || verdict !== "fail";
  // At a tie the sum over what is tied is in dispute, not one of its parts.
  const numbers = signature.kind.startsWith("tie") ? [...printed, sum(printed)] : printed;
  return numbers.some((number) => same(number, Number(got), witness.dtype));
}

const same = (a: number, b: number, dtype: FloatType): boolean => {
  const { round, u } = formatOf(dtype);
  return Object.is(a, b) || Math.abs(round(a) - b) <= 2 * u * Math.abs(b);
};

/** The numbers of one line: `value[0]: float32 [2] = [1,2]`, or `gradient of x1: [2] = [1,2]`. */
function printedResult(output: string, where: string, inputs: number): number[] | undefined {
  const parsed = /^(value|gradient|hvp)(?:\[(\d+)\])?/.exec(where);
  if (!parsed) return undefined;
  const name = parsed[1] === "hvp" ? "Hessian-vector product" : parsed[1];
  const lines = output.split("\n").filter((line) => line.startsWith(name));
  const own = lines.filter((line) => {
    const index = parsed[2] ?? "0";
    return parsed[1] === "value"
      ? line.startsWith(`value[${index}]`)
      : inputs === 1 || line.includes(`of x${index}:`);
  });
  const line = own[0] ?? lines[Number(parsed[2] ?? 0)];
  const numbers = line === undefined ? undefined : /= \[(.*)\]$/.exec(line)?.[1];
  return numbers?.split(",").map(Number);
}

/**
 * The same of a trial. Where the verdict follows from many draws and no single number, all that a snippet can show is
 * one of them.
 */
export function confirmsTrial({ judgement, dtype }: ReportTrial, output: string): boolean {
  const { verdict, reason, got, where = "" } = judgement;
  if (verdict === "error") return output.includes(messageIn(reason));
  const lines = output.split("\n").filter((line) => /^(value\[|gradient of )/.test(line));
  if (lines.length === 0) return verdict === "crash" || (verdict === "timeout" && output.includes(ENDED));
  if (got === undefined) return true;
  const own = lines.filter((line) => line.startsWith(`${where}:`));
  const numbers = (own.length > 0 ? own : lines).flatMap(numbersIn);
  return numbers.some((number) => same(number, Number(got), dtype));
}

/** The library's own words, in a reason that may say before when it threw them. */
const messageIn = (reason: string): string => reason.replace(/^(?:.*?: )??\w*Error: /, "").split("\n")[0];

/** All numbers after the name of a result and its shape. */
const numbersIn = (line: string): number[] =>
  (
    line.replace(/^[^:]*: \w*\s*\[[^\]]*\]/, "").match(/NaN|-?Infinity|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g) ?? []
  ).map(Number);
