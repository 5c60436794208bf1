import { largest, type Decision, type Gates } from "../core/numberAlgebra.js";

/** A comparison site as one pass met it. */
export interface Site {
  /** What was compared; for `floor`, the argument alone. */
  readonly values: readonly number[];
  readonly jump: boolean;
  readonly floor: boolean;
  readonly members: readonly number[];
}

/** Answers every site by its values, and keeps what was compared. */
export class Trace implements Gates {
  readonly sites: Site[] = [];

  decide(values: ArrayLike<number>, jump: boolean): Decision {
    const members = largest(values);
    this.sites.push({ values: Array.from(values), jump, floor: false, members });
    return { members, hull: false };
  }

  floor(x: number): number {
    this.sites.push({ values: [x], jump: true, floor: true, members: [0] });
    return Math.floor(x);
  }
}

/** Sites whose outcome a spread of passes cannot settle. */
export interface Undecided {
  /** Alternatives that may be the largest, by site number. */
  readonly groups: ReadonlyMap<number, readonly number[]>;
  /** Some of them are not exact ties: their values differ from pass to pass. */
  readonly crossings: number;
  /** A jump is among them, so that values themselves are unknown. */
  readonly jump: boolean;
  /** Some argument lies exactly at a jump: its value is known there, a derivative does not exist. */
  readonly atJump: boolean;
}

/** Compares the sites of rounded passes with those of the exact one. */
export class Spreads {
  /** By site and alternative: the largest change of its distance to the exact maximum. */
  private readonly spread: Float64Array[];

  constructor(private readonly exact: readonly Site[]) {
    this.spread = exact.map((site) => new Float64Array(site.values.length));
  }

  add(run: readonly Site[]): void {
    if (run.length !== this.exact.length) {
      throw new Error(
        `a rule met ${run.length} comparison sites instead of ${this.exact.length}: sites must not depend on outcomes`,
      );
    }
    this.exact.forEach((site, s) => {
      const spread = this.spread[s];
      for (let j = 0; j < spread.length; j++) {
        const change = Math.abs(this.distance(run[s], site, j) - this.distance(site, site, j));
        if (change > spread[j] || Number.isNaN(change)) spread[j] = change;
      }
    });
  }

  /**
   * A site is undecided when its difference is within F spreads and a rounding of zero, or exactly zero in every
   * pass. An exact jump is decided: sign(0) is 0.
   */
  undecided(F: number, u: number): Undecided {
    const groups = new Map<number, readonly number[]>();
    let crossings = 0;
    let jump = false;
    let atJump = false;
    this.exact.forEach((site, s) => {
      const top = site.members[0];
      const open: number[] = [];
      let crosses = false;
      for (let j = 0; j < site.values.length; j++) {
        const distance = Math.abs(this.distance(site, site, j));
        const spread = this.spread[s][j];
        if (j === top && !site.floor) {
          open.push(j);
        } else if (spread === 0) {
          if (distance === 0 && !site.jump) open.push(j);
          if (distance === 0 && site.jump) atJump = true;
        } else if (
          !(distance > F * spread + u * Math.max(Math.abs(site.values[top]), Math.abs(site.values[j])))
        ) {
          open.push(j);
          crosses = true;
        }
      }
      if (open.length > 1 || (site.floor && open.length > 0)) {
        groups.set(s, open);
        if (crosses) crossings++;
        if (crosses && site.jump) jump = true;
      }
    });
    return { groups, crossings, jump, atJump };
  }

  /** How far alternative j lies below the exact pass's maximum; for `floor`, from its nearest integer. */
  private distance(run: Site, exact: Site, j: number): number {
    if (exact.floor) return run.values[0] - Math.round(exact.values[0]);
    return run.values[exact.members[0]] - run.values[j];
  }
}

/** Answers decided sites as the exact pass did, and undecided ones by their first or last alternative. */
export class FixedGates implements Gates {
  private next = 0;

  constructor(
    private readonly exact: readonly Site[],
    private readonly groups: ReadonlyMap<number, readonly number[]>,
    private readonly which: "first" | "last",
  ) {}

  decide(): Decision {
    const site = this.next++;
    const group = this.groups.get(site);
    const members = group
      ? [this.which === "first" ? group[0] : group[group.length - 1]]
      : this.exact[site].members;
    return { members, hull: false };
  }

  floor(): number {
    return Math.floor(this.exact[this.next++].values[0]);
  }
}

/** Answers decided sites as the exact pass did, and leaves the undecided ones open. */
export class HullGates implements Gates {
  constructor(
    private readonly exact: readonly Site[],
    private readonly groups: ReadonlyMap<number, readonly number[]>,
    /** Number of the first site that will be met. */
    private next: number,
  ) {}

  decide(): Decision {
    const site = this.next++;
    const group = this.groups.get(site);
    return { members: group ?? this.exact[site].members, hull: group !== undefined };
  }

  floor(): number {
    return Math.floor(this.exact[this.next++].values[0]);
  }
}
