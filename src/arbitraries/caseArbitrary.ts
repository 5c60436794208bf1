import { Arbitrary, stream, Value, type Random } from "fast-check";
import { Stream } from "../core/random.js";
import type { Case } from "../record/case.js";
import { shrink } from "./shrink.js";

/**
 * Cases for fast-check, from any way of drawing one. They shrink by their value alone, so that `fc.assert` finds
 * the same smallest case as a campaign does.
 */
class CaseArbitrary extends Arbitrary<Case> {
  constructor(private readonly draw: (stream: Stream) => Case) {
    super();
  }

  override generate(random: Random): Value<Case> {
    const draws = new Stream(random.nextInt(), `case ${random.nextInt()}`);
    return new Value(this.draw(draws), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Case {
    return typeof value === "object" && value !== null && "program" in value && "cotangents" in value;
  }

  override shrink(value: Case): ReturnType<Arbitrary<Case>["shrink"]> {
    return stream(shrinkValues(value));
  }
}

function* shrinkValues(value: Case): Generator<Value<Case>> {
  for (const smaller of shrink(value)) yield new Value(smaller, undefined);
}

export const caseArbitrary = (draw: (stream: Stream) => Case): Arbitrary<Case> => new CaseArbitrary(draw);
