import { F32 } from "../core/float.js";
import {
  bitsAt,
  ERROR_CLASSES,
  INFINITE_MAGNITUDE,
  inputOrder,
  KINDS,
  type CellTolerance,
  type KindRun,
  type QuantityStatistics,
  type Saturation,
  type Sighting,
} from "../record/exhaustion.js";
import { showNumber, type AnyNumber } from "../record/verdict.js";
import { errorClass, FAITHFUL, inUlps, NOISE } from "./ulps.js";
import { noViolations, violate } from "./violations.js";

/** Results at magnitudes `first`, `first` + 1, …: half of each array is for x, the other half for −x. */
export interface Block {
  readonly first: number;
  readonly exact: Float64Array;
  /** `exact`, rounded to nearest. */
  readonly rounded: Float32Array;
  readonly got: Float32Array;
}

/** Suspects that are kept: the worst of each request. */
export const MOST_SUSPECTS = 8;
/** Runs of wrong kinds that are kept of each sign, the first ones; and one more, which may merge with the last. */
export const MOST_RUNS = 64;

const UNKNOWN = 2;

export const numberOf = (x: AnyNumber | null): number => (x === null ? NaN : Number(x));

const kindOf = (x: number): number => (x !== x ? 1 : x === Infinity ? 2 : x === -Infinity ? 3 : 0);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const noSaturation = (): Mutable<Saturation> => ({
  first: null,
  lastWithout: null,
  exactFirst: null,
  exactLastWithout: null,
});

/** Compares the results at the inputs of one sign with the exact ones. Nothing is allocated per element. */
export class SideTally {
  private readonly histogram = new Float64Array(ERROR_CLASSES);
  private readonly kinds = KINDS.map(() => KINDS.map(() => 0));
  private readonly runs: KindRun[] = [];
  private readonly monotonicity = noViolations();
  private readonly saturation = noSaturation();
  private worst: Sighting | null = null;
  private worstSubnormal: Sighting | null = null;
  private leastCareful: Sighting | null = null;
  private suspects: Sighting[] = [];
  private beyondCareful = 0;
  private beyondTextbook = 0;
  private untold = 0;
  private subnormalResults = 0;
  private flushedResults = 0;
  private lowest = Infinity;
  private highest = -Infinity;
  private lowestAt = -1;
  private highestAt = -1;

  /** What the next sighting of a kind must exceed. */
  private worstUlps = 0;
  private worstSubnormalUlps = 0;
  private leastCarefulRatio = 1;
  private suspectRatio = 1;

  /** At the magnitude before the block. */
  private previousGot = NaN;
  private previousExact = NaN;

  private careful = NaN;
  private textbook = NaN;
  private direction = UNKNOWN;

  constructor(
    private readonly sign: 0 | 1,
    private readonly limit: number,
  ) {}

  /** Results at the magnitude before the range, which are compared with and not counted. */
  remember({ got, exact }: Block): void {
    this.previousGot = got[this.sign];
    this.previousExact = exact[this.sign];
  }

  include(block: Block, { careful, textbook, direction }: CellTolerance): void {
    this.careful = numberOf(careful);
    this.textbook = numberOf(textbook);
    this.direction = direction ?? UNKNOWN;
    this.compare(block);
    if (block.first < INFINITE_MAGNITUDE && this.limit === this.limit) this.saturate(block);
  }

  private compare({ first, exact, rounded, got }: Block): void {
    const gotBits = new Int32Array(got.buffer, got.byteOffset, got.length);
    const roundedBits = new Int32Array(rounded.buffer);
    let { previousGot, previousExact, lowest, highest } = this;
    let correct = 0;
    let subnormal = 0;
    const n = got.length / 2;
    const offset = this.sign * n;
    for (let i = offset; i < offset + n; i++) {
      const g = got[i];
      if (g !== previousGot) this.step(first + i - offset, exact[i], previousExact, g, previousGot);
      previousGot = g;
      previousExact = exact[i];
      if (g < lowest) {
        lowest = g;
        this.lowestAt = first + i - offset;
      }
      if (g > highest) {
        highest = g;
        this.highestAt = first + i - offset;
      }
      const bits = roundedBits[i];
      if ((bits & 0x7f800000) === 0 && bits << 1 !== 0) subnormal++;
      if (gotBits[i] === bits && (bits & 0x7f800000) !== 0x7f800000) correct++;
      else this.differ(first + i - offset, exact[i], rounded[i], g);
    }
    this.previousGot = previousGot;
    this.previousExact = previousExact;
    this.lowest = lowest;
    this.highest = highest;
    this.histogram[0] += correct;
    this.subnormalResults += subnormal;
  }

  /** Neighbours with different results: do they change the way the exact result does? */
  private step(magnitude: number, exact: number, previousExact: number, got: number, previous: number): void {
    if (previous !== previous || got !== got) return;
    const rise = this.sign === 0 ? got - previous : previous - got;
    const change = this.sign === 0 ? exact - previousExact : previousExact - exact;
    // An infinity less itself is no change; what is not known breaks no rule.
    if (change !== change) return;
    const direction = Math.abs(change) > NOISE * Math.abs(exact) ? Math.sign(change) : this.direction;
    if (direction === UNKNOWN) return;
    if (direction === 1 ? rise < 0 : direction === -1 ? rise > 0 : rise !== 0) {
      violate(this.monotonicity, bitsAt(magnitude, this.sign), got, previous);
    }
  }

  /** A result that is not, bit for bit, the exact one rounded; or that is no number. */
  private differ(magnitude: number, exact: number, rounded: number, got: number): void {
    const expectedKind = kindOf(rounded);
    const gotKind = kindOf(got);
    if (expectedKind !== gotKind) {
      this.kinds[expectedKind][gotKind]++;
      this.extendRun(magnitude, expectedKind, gotKind);
      return;
    }
    if (gotKind !== 0) return;
    const ulps = inUlps(Math.abs(got - exact), exact);
    this.histogram[errorClass(ulps)]++;
    const isSubnormal = Math.abs(exact) < F32.smallestNormal;
    if (isSubnormal) {
      if (got === 0 && rounded !== 0) this.flushedResults++;
      if (ulps > this.worstSubnormalUlps) {
        this.worstSubnormalUlps = ulps;
        this.worstSubnormal = this.sight(magnitude, got, exact, ulps, ulps / this.careful);
      }
    } else if (ulps > this.worstUlps) {
      this.worstUlps = ulps;
      this.worst = this.sight(magnitude, got, exact, ulps, ulps / this.careful);
    }
    // Of results that are 0 or subnormal on both sides one is as good as the other.
    if (ulps <= FAITHFUL || (isSubnormal && Math.abs(got) < F32.smallestNormal)) return;
    this.exceed(magnitude, got, exact, ulps);
  }

  private exceed(magnitude: number, got: number, exact: number, ulps: number): void {
    const { careful, textbook } = this;
    if (careful !== careful) {
      this.untold++;
      return;
    }
    if (ulps <= careful) return;
    this.beyondCareful++;
    const ratio = ulps / careful;
    if (ratio > this.leastCarefulRatio) {
      this.leastCarefulRatio = ratio;
      this.leastCareful = this.sight(magnitude, got, exact, ulps, ratio);
    }
    if (ulps <= textbook) return;
    this.beyondTextbook++;
    if (ulps / textbook <= this.suspectRatio) return;
    this.suspects = worstSuspects([
      ...this.suspects,
      this.sight(magnitude, got, exact, ulps, ulps / textbook),
    ]);
    const last = this.suspects[MOST_SUSPECTS - 1] as Sighting | undefined;
    if (last) this.suspectRatio = Number(last.ratio);
  }

  private extendRun(magnitude: number, expected: number, got: number): void {
    const last = this.runs.at(-1);
    if (last && last.last === magnitude - 1 && last.expected === expected && last.got === got) {
      last.last = magnitude;
    } else if (this.runs.length <= MOST_RUNS) {
      this.runs.push({ first: magnitude, last: magnitude, expected, got });
    }
  }

  private saturate({ first, got, rounded }: Block): void {
    const { limit, saturation: state } = this;
    const n = got.length / 2;
    const offset = this.sign * n;
    state.first ??= firstWith(got, offset, n, first, limit);
    state.exactFirst ??= firstWith(rounded, offset, n, first, limit);
    state.lastWithout = lastWithout(got, offset, n, first, limit) ?? state.lastWithout;
    state.exactLastWithout = lastWithout(rounded, offset, n, first, limit) ?? state.exactLastWithout;
  }

  private sight(magnitude: number, got: number, exact: number, ulps: number, ratio: number): Sighting {
    return {
      bits: bitsAt(magnitude, this.sign),
      got: showNumber(got),
      exact: showNumber(exact),
      ulps: showNumber(ulps),
      ratio: showNumber(ratio),
    };
  }

  statistics(): QuantityStatistics {
    const { sign } = this;
    const side = <T>(mine: T, none: T): [T, T] => (sign === 0 ? [mine, none] : [none, mine]);
    const extreme = (value: number, magnitude: number) =>
      magnitude < 0 ? null : { value: showNumber(value), bits: bitsAt(magnitude, sign) };
    return {
      histogram: [...this.histogram],
      worst: this.worst,
      worstSubnormal: this.worstSubnormal,
      beyondCareful: this.beyondCareful,
      beyondTextbook: this.beyondTextbook,
      untold: this.untold,
      suspects: this.suspects,
      leastCareful: this.leastCareful,
      kinds: this.kinds,
      runs: side(this.runs, []),
      monotonicity: this.monotonicity,
      symmetry: noViolations(),
      saturation: side(this.saturation, noSaturation()),
      lowest: extreme(this.lowest, this.lowestAt),
      highest: extreme(this.highest, this.highestAt),
      subnormalResults: this.subnormalResults,
      flushedResults: this.flushedResults,
      telltaleInputs: 0,
      flushedInputs: 0,
    };
  }
}

/** The worst first; equals in the order of enumeration, so that they do not depend on how a range was cut. */
export const worstSuspects = (all: readonly Sighting[]): Sighting[] =>
  [...all]
    .sort((a, b) => (a.ratio === b.ratio ? inputOrder(a.bits, b.bits) : Number(b.ratio) - Number(a.ratio)))
    .slice(0, MOST_SUSPECTS);

function firstWith(
  xs: Float32Array,
  offset: number,
  n: number,
  first: number,
  wanted: number,
): number | null {
  for (let i = 0; i < n; i++) if (xs[offset + i] === wanted) return first + i;
  return null;
}

function lastWithout(
  xs: Float32Array,
  offset: number,
  n: number,
  first: number,
  wanted: number,
): number | null {
  for (let i = n - 1; i >= 0; i--) if (xs[offset + i] !== wanted) return first + i;
  return null;
}
