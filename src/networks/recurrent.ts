import { GradproofError } from "../core/errors.js";
import { showShape, type Shape } from "../core/shape.js";
import { declareWeights, firstState, fusedStep, type Cell, type State } from "./cells.js";
import { expandedStep } from "./expandedCells.js";
import type { Network } from "./network.js";
import { NetworkBuilder, type NetworkValue } from "./networkBuilder.js";

export type RecurrentOptions = Cell & {
  readonly name: string;
  readonly units: number;
  /** Whether each step is one op, or products, sums and activations whose gates have names. Default "fused". */
  readonly written?: "fused" | "expanded";
  /** What the state is before the first step: inputs h0 (and c0), or zeros. Default "zeros". */
  readonly start?: "input" | "zeros";
  /** All states, [batch, time, units], or the last one, [batch, units]. Default "last". */
  readonly returns?: "all" | "last";
  /** Whether the last x comes first; all states are then returned in that order, too. Default false. */
  readonly backwards?: boolean;
};

/**
 * A cell unrolled over time. States are called `h1`, `h2`, … (and `c1`, …) after the step that makes them, and what
 * the layer returns is called `activation`.
 *
 * @shape x: [batch, time, size], kernel: [size, blocks·units], recurrentKernel: [units, blocks·units],
 *   bias: [blocks·units]; blocks are 1 (rnn), 4 (lstm) or 3 (gru)
 * @throws GradproofError `bad-layer` unless x is a sequence of at least one step
 */
export function recurrent(b: NetworkBuilder, x: NetworkValue, options: RecurrentOptions): NetworkValue {
  const { name, units, written = "fused", start = "zeros", returns = "last", backwards = false } = options;
  const [batch, time, size] = x.shape;
  if (x.shape.length !== 3 || time < 1) {
    throw new GradproofError(
      "bad-layer",
      `recurrent layer "${name}" of x ${showShape(x.shape)}: x must be [batch, time, size], with time at least 1`,
    );
  }
  return b.within(name, () => {
    const weights = declareWeights(b, options, size, units);
    let state: State = firstState(b, options, [batch, units], start);
    const step = (written === "fused" ? fusedStep : expandedStep)(b, options, weights);
    const parts = b.applyAll("unstack", [x], { axis: 1 });
    const shown = (backwards ? parts.toReversed() : parts).map((part, t) => {
      state = step(part, state, t + 1);
      state.forEach((value, k) => b.mark(`${"hc"[k]}${t + 1}`, value));
      return state[0];
    });
    return b.mark("activation", returns === "last" ? state[0] : b.apply("stack", shown, { axis: 1 }));
  });
}

/**
 * The way of the memory alone, c_t = keep_t·c_(t−1) + new_t, where what is kept and what is new are inputs `keep1`,
 * `new1`, …: the derivative of c_T by c0 is the product of what is kept, exactly. It is an LSTM whose gates are held
 * (keep is the forget gate), and a GRU's direct path (keep weighs the state).
 *
 * @throws GradproofError `bad-layer` for less than one step
 */
export function memoryPath({ time, shape }: { readonly time: number; readonly shape: Shape }): Network {
  if (!(Number.isInteger(time) && time >= 1)) {
    throw new GradproofError("bad-layer", `a path of ${time} steps: must be a whole number, at least 1`);
  }
  const b = new NetworkBuilder();
  let c = b.input("c0", shape);
  for (let t = 1; t <= time; t++) {
    const kept = b.apply("multiply", [b.input(`keep${t}`, shape), c]);
    c = b.mark(`c${t}`, b.apply("add", [kept, b.input(`new${t}`, shape)]));
  }
  return b.build(`c${time}`);
}
