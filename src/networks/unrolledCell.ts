import { declareWeights, firstState, fusedStep, type Cell, type State } from "./cells.js";
import type { Network } from "./network.js";
import { NetworkBuilder } from "./networkBuilder.js";

export interface UnrolledOptions {
  readonly steps: number;
  readonly batch: number;
  readonly size: number;
  readonly units: number;
  /** Names of the states that are returned. Default: the last ones. */
  readonly returns?: readonly string[];
}

/**
 * A cell and nothing else, one op a step. Its inputs are `x1`, `x2`, …, what the cell learns, and the first states `h0`
 * (and `c0`); the states after step t are called `h1`, `h2`, … (and `c1`, …).
 *
 * @shape x1, x2, …: [batch, size], states: [batch, units]
 * @throws InvalidProgramError for attributes that the cell does not take, and a state that no step makes
 */
export function unrolledCell(cell: Cell, options: UnrolledOptions): Network {
  const { steps, batch, size, units } = options;
  const b = new NetworkBuilder();
  const xs = Array.from({ length: steps }, (_, t) => b.input(`x${t + 1}`, [batch, size]));
  const step = fusedStep(b, cell, declareWeights(b, cell, size, units));
  let state: State = firstState(b, cell, [batch, units], "input");
  xs.forEach((x, t) => {
    state = step(x, state, t + 1);
    state.forEach((value, k) => b.mark(`${"hc"[k]}${t + 1}`, value));
  });
  return b.build(...(options.returns ?? state.map((_, k) => `${"hc"[k]}${steps}`)));
}
