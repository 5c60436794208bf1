import { formatOf } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { flatten } from "../oracles/quantity.js";
import type { Case } from "../record/case.js";
import { askValue, failure, PASS, readAnswer, type Law } from "./law.js";
import { movedTo, opOf } from "./singleOp.js";

/** The case at the values that it must have: all of them lie in the range of the function. */
function inRange(c: Case): Case {
  const { op, attributes } = opOf(c);
  const { data } = op.meaning(DOUBLES, c.inputs, attributes);
  return movedTo(c, (_x, _input, i) => data[i]);
}

/** f(f(x)) = f(x), bit for bit: what lies in the range of the function already is returned as it is. */
export const idempotence: Law = {
  name: "idempotence",
  modes: ["value"],
  requests: (c) => [askValue(inRange(c))],
  judge(c, [outcome], { flush }) {
    const answer = readAnswer(c, outcome, "value");
    if (!answer.ok) return answer.judgement;
    const [{ data: xs }] = inRange(c).inputs;
    const got = flatten(answer.value);
    const { smallestNormal } = formatOf(c.dtype);
    const mayFlush = (x: number): boolean => flush && Math.abs(x) < smallestNormal;
    const i = got.findIndex((y, e) => y !== xs[e] && !(mayFlush(xs[e]) && y === 0));
    if (i < 0) return PASS;
    return failure("again", "value[0]", `${xs[i]} is in its range, and comes back as ${got[i]}`, {
      element: i,
      expected: { low: xs[i], high: xs[i], value: xs[i] },
      got: got[i],
    });
  },
};
