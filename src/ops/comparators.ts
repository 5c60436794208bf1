import type { Algebra } from "../core/algebra.js";

/**
 * A sorting network: comparators of neighbours, which ones does not depend on the values. Every comparison is a site
 * that is met whatever the outcome, and equal neighbours are not exchanged, so that sorting is stable.
 */

/** For n lanes, the place of the first of both neighbours, comparator by comparator. */
export function comparators(n: number): number[] {
  const places: number[] = [];
  for (let end = n - 1; end > 0; end--) for (let p = 0; p < end; p++) places.push(p);
  return places;
}

/** Whether a neighbour pair is in order when the first is greater (descending), or when it is less. */
type Order = { readonly descending: boolean };

/** What belongs in front when `a` stands in front of `b`, judged by their keys. One site. */
function inFront<T>(A: Algebra<T>, { descending }: Order, [keyA, keyB]: readonly [T, T], a: T, b: T): T {
  return A.select(
    keyA,
    keyB,
    () => (descending ? a : b),
    () => (descending ? b : a),
    () => a,
  );
}

/**
 * The network applied to keys, and to what travels with them.
 *
 * @returns the keys as each comparator met them, and everything sorted
 */
export function sorted<T>(A: Algebra<T>, order: Order, keys: readonly T[], companions: readonly T[]) {
  const lane = [...keys];
  const carried = [...companions];
  const met = comparators(keys.length).map((p): readonly [T, T] => {
    const pair = [lane[p], lane[p + 1]] as const;
    const exchange = (list: T[]): void => {
      const [a, b] = [list[p], list[p + 1]];
      list[p] = inFront(A, order, pair, a, b);
      list[p + 1] = behind(A, order, pair, a, b);
    };
    exchange(lane);
    if (carried.length > 0) exchange(carried);
    return pair;
  });
  return { met, keys: lane, companions: carried };
}

/** What belongs behind. One site. */
function behind<T>(A: Algebra<T>, { descending }: Order, [keyA, keyB]: readonly [T, T], a: T, b: T): T {
  return A.select(
    keyA,
    keyB,
    () => (descending ? b : a),
    () => (descending ? a : b),
    () => b,
  );
}

/** Cotangents of the keys from those of the sorted keys: the network backwards. An exchange undoes itself. */
export function unsorted<T>(A: Algebra<T>, order: Order, keys: readonly T[], cotangents: readonly T[]): T[] {
  const { met } = sorted(A, order, keys, []);
  const lane = [...cotangents];
  const places = comparators(keys.length);
  for (let c = places.length - 1; c >= 0; c--) {
    const p = places[c];
    const [a, b] = [lane[p], lane[p + 1]];
    lane[p] = inFront(A, order, met[c], a, b);
    lane[p + 1] = behind(A, order, met[c], a, b);
  }
  return lane;
}
