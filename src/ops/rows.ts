import { sameShape } from "../core/shape.js";

/**
 * Lists of terms, one list per destination, in compressed rows: the terms of d stand at start[d] … start[d + 1] − 1.
 * A term is one or two positions; the arrays that they are positions in belong to the user.
 */
export interface Rows {
  readonly start: Int32Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** Sorts terms by destination; those of one destination keep their order. */
export function rows(
  count: number,
  destinations: ArrayLike<number>,
  first: ArrayLike<number>,
  second: ArrayLike<number> = first,
): Rows {
  const size = destinations.length;
  const start = new Int32Array(count + 1);
  for (let t = 0; t < size; t++) start[destinations[t] + 1]++;
  for (let d = 0; d < count; d++) start[d + 1] += start[d];
  const next = start.slice();
  const sorted = { start, first: new Int32Array(size), second: new Int32Array(size) };
  for (let t = 0; t < size; t++) {
    const place = next[destinations[t]]++;
    sorted.first[place] = first[t];
    sorted.second[place] = second[t];
  }
  return sorted;
}

/**
 * What was last built for an attributes object.
 *
 * A program is evaluated many times at different points, always with the same attributes object, and which
 * elements meet depends on shapes only; working that out costs more than the arithmetic.
 */
export class Memo<V> {
  private readonly last = new WeakMap<
    object,
    { readonly key: readonly (readonly number[])[]; readonly value: V }
  >();

  /** @param key the numbers on which the value depends, besides the attributes */
  get(attributes: object, key: readonly (readonly number[])[], build: () => V): V {
    const known = this.last.get(attributes);
    if (known?.key.length === key.length && known.key.every((list, k) => sameShape(list, key[k]))) {
      return known.value;
    }
    const value = build();
    this.last.set(attributes, { key, value });
    return value;
  }
}
