import type { LawJudgement } from "../laws/law.js";
import type { Testimony } from "../record/record.js";

/** Who is wrong, and how we know. */
export interface Adjudication {
  /** The oracles bear the judgement out, or nothing of theirs is in dispute. */
  readonly stands: boolean;
  readonly because: string;
}

/**
 * A subject is called wrong only when independent oracles contradict it and none agrees with it. When one agrees,
 * the reference is in doubt and the judgement falls.
 */
export function adjudicate(judgement: LawJudgement, words: readonly Testimony[]): Adjudication {
  if (judgement.verdict !== "fail" || words.length === 0) {
    return { stands: true, because: withoutNumbers(judgement) };
  }
  // The subject's own outputs can confirm what the oracles say; they neither acquit nor convict by themselves.
  const named = (says: Testimony["says"]): string[] =>
    words.filter((w) => w.says === says && w.oracle !== SUBJECTS_OWN).map((w) => w.oracle);
  const against = named("contradicts");
  const withIt = named("agrees");
  // The reference's rules are what is to be confirmed: alone they convict nobody.
  if (withIt.length > 0 || !against.some((oracle) => oracle !== REFERENCE_RULES)) {
    return {
      stands: false,
      because: `oracles disagree: ${withIt.join(", ") || "none"} agrees with the subject, ${against.join(", ") || "none"} contradicts it`,
    };
  }
  const own = words.find((w) => w.oracle === SUBJECTS_OWN);
  const confirmation =
    own?.says === "contradicts"
      ? " Its own outputs, differenced, contradict its gradient too."
      : own?.says === "agrees"
        ? " Its own outputs bear the number out, so that its forward pass and its gradient are wrong together."
        : "";
  return {
    stands: true,
    because: `The subject is wrong: ${count(against)} contradict it, and none agrees with it.${confirmation}`,
  };
}

export const REFERENCE_RULES = "rules in doubles";
const SUBJECTS_OWN = "the subject's own outputs, differenced";

const count = (oracles: readonly string[]): string =>
  oracles.length === 1 ? oracles[0] : `${oracles.length} oracles (${oracles.join("; ")})`;

/** Laws that hold answers of the subject against each other, and allow for the rounding of both. */
const CONTRADICTIONS: ReadonlySet<string> = new Set(["order", "mirror", "identity between ops"]);

function withoutNumbers({ verdict, kind }: LawJudgement): string {
  switch (verdict) {
    case "error":
      return "The case is valid, and the subject offers the op: refusing it is its fault.";
    case "crash":
    case "timeout":
      return "Asked again, alone and in a new process, it did the same.";
    default:
      if (CONTRADICTIONS.has(kind ?? ""))
        return "The subject's own answers contradict each other by more than rounding explains.";
      return kind === "bits"
        ? "Both answers are the subject's own, and they must be the same bits."
        : "What is required is exact and needs no oracle.";
  }
}
