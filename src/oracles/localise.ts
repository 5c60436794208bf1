/** What a test of some elements together says of them. */
export type Answer = "right" | "wrong" | "undecided";

/** A test's answer, with whatever else it found out; `"budget"` when no further test can be paid for. */
export type GroupTest<T extends { readonly answer: Answer }> = (elements: readonly number[]) => T | "budget";

export interface LocaliseOptions {
  /** A second, independent test: an element that it does not find wrong as well is not named. Default: none. */
  readonly confirm?: (element: number) => boolean;
  /** Elements that are named before the search ends: where everything is wrong, a few say so. Default 4. */
  readonly most?: number;
}

export interface Localised<T> {
  /** Elements that are wrong by themselves; none when no single one can be named. */
  readonly named: readonly { readonly element: number; readonly test: T }[];
  /** The fewest elements that a test called wrong. */
  readonly smallest: { readonly elements: readonly number[]; readonly test: T };
  /** Every element that is not named was in a group that is right. */
  readonly complete: boolean;
}

interface Group<T> {
  readonly elements: readonly number[];
  readonly test: T;
}

/**
 * The single elements for which a group of them is wrong, by halving: both halves are tested, and those that are wrong
 * halved again. One wrong element among n costs 2·⌈log₂ n⌉ tests. Halves that nothing can be said of are looked into
 * only while no element is named: what is wrong may be hidden behind a larger neighbour there.
 *
 * An element is named only when a test of it alone, and `confirm`, call it wrong; it is never inferred.
 *
 * @domain a group with a wrong element may pass for right only by coincidence: test along one random direction
 */
export function localise<T extends { readonly answer: Answer }>(
  whole: { readonly elements: readonly number[]; readonly test: T },
  test: GroupTest<T>,
  options: LocaliseOptions = {},
): Localised<T> {
  const { confirm, most = 4 } = options;
  const named: { element: number; test: T }[] = [];
  // The last is the next: the search goes down to single elements before it turns to the other halves.
  const wrong: Group<T>[] = [whole];
  const undecided: Group<T>[] = [];
  let smallest: Group<T> = whole;
  let complete = true;
  while (named.length < most) {
    const group = wrong.pop() ?? (named.length === 0 ? undecided.pop() : undefined);
    if (!group) break;
    const { elements } = group;
    if (elements.length < 2) {
      const alone = group.test.answer === "wrong" && (confirm?.(elements[0]) ?? true);
      if (alone) named.push({ element: elements[0], test: group.test });
      else complete = false;
      continue;
    }
    const halves = split(elements).map((half) => ({ elements: half, test: test(half) }));
    const decided = halves.filter((half): half is Group<T> => half.test !== "budget");
    if (decided.length < halves.length) {
      complete = false;
      break;
    }
    const found = decided.filter((half) => half.test.answer === "wrong");
    const open = decided.filter((half) => half.test.answer === "undecided");
    for (const half of found) if (half.elements.length < smallest.elements.length) smallest = half;
    wrong.push(...found.reverse());
    undecided.push(...open.reverse());
    // What is wrong as a whole and right in both halves was no single element.
    if (found.length + open.length === 0 && group.test.answer === "wrong") complete = false;
  }
  if (wrong.length + undecided.length > 0) complete = false;
  return { named, smallest, complete };
}

function split(elements: readonly number[]): (readonly number[])[] {
  const middle = elements.length >> 1;
  return [elements.slice(0, middle), elements.slice(middle)];
}
