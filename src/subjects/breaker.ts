import type { RequestCell } from "./flight.js";

/**
 * What kills or hangs a subject is not sent again and again: after so many confirmed crashes and timeouts of a cell,
 * nothing of it is, nor of cells that contain it.
 *
 * One for all processes of a subject: what is sent must not depend on which of them it was that died.
 */
export class Breaker {
  /** Confirmed crashes and timeouts by cell. */
  private readonly confirmed = new Map<string, number>();

  /** @param limit crashes and timeouts of one cell that are borne */
  constructor(private readonly limit = 5) {}

  count({ name }: RequestCell): void {
    this.confirmed.set(name, (this.confirmed.get(name) ?? 0) + 1);
  }

  /** Why a request is not sent; undefined where it is. */
  refusal({ name, contains }: RequestCell): string | undefined {
    const broken = [name, ...contains].find((cell) => (this.confirmed.get(cell) ?? 0) > this.limit);
    return broken && `${this.confirmed.get(broken)} crashes and timeouts of ${broken} before`;
  }
}
