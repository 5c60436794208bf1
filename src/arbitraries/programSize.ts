import type { Stream } from "../core/random.js";

/** Nodes of the largest programs. */
export const MOST_NODES = 40;

/** Most programs are small, since most faults show in small ones; one in six is as large as they come. */
const SIZES: readonly { readonly share: number; readonly low: number; readonly high: number }[] = [
  { share: 0.22, low: 2, high: 4 },
  { share: 0.44, low: 5, high: 10 },
  { share: 0.18, low: 11, high: 19 },
  { share: 0.16, low: 20, high: MOST_NODES },
];

/** How many nodes a program is to have. */
export function drawSize(stream: Stream): number {
  let at = stream.uniform();
  for (const { share, low, high } of SIZES) {
    at -= share;
    if (at < 0) return stream.int(low, high);
  }
  return stream.int(2, 4);
}
