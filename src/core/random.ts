import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

const SALTS = ["a", "b", "c", "d"] as const;

/**
 * A stream of random draws with a name.
 *
 * Every random decision reads from a stream that is named by what it decides (`"17/tfjs/gradient/tanh/b0#3"`),
 * so that no draw depends on how many draws something else made, on workers or on order. The numbers for a seed
 * and a name are frozen by a test: changing them changes every recorded campaign.
 */
export class Stream {
  private readonly generator;

  constructor(seed: number, name: string) {
    // Four hashes fill the whole state: with 32 bits, one pair in 100,000 names would share its numbers.
    this.generator = xoroshiro128plusFromState(SALTS.map((salt) => hash(`${salt}\0${seed}\0${name}`)));
  }

  /** 32 random bits, as a signed integer. */
  bits(): number {
    return this.generator.next();
  }

  /** Uniform on [0, 1), a multiple of 2⁻⁵³. */
  uniform(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) * 2 ** -53;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform on the integers low..high, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  sign(): 1 | -1 {
    return this.bits() < 0 ? -1 : 1;
  }

  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError("pick needs at least one choice");
    return choices[this.int(0, choices.length - 1)];
  }

  /** Standard normal (Marsaglia's polar method, one of each pair). */
  normal(): number {
    for (;;) {
      const a = 2 * this.uniform() - 1;
      const b = 2 * this.uniform() - 1;
      const s = a * a + b * b;
      if (s > 0 && s < 1) return a * Math.sqrt((-2 * Math.log(s)) / s);
    }
  }

  /** A permutation of 0..n−1 (Fisher and Yates). */
  permutation(n: number): number[] {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.int(0, i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

/** 32 bits of a text: FNV-1a, then the finaliser of MurmurHash3 so that near names give far seeds. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
