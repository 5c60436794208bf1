/** Asks something that may answer later. */
export type Ask = <T>(call: () => T | Promise<T>) => T;

class Pending extends Error {
  constructor(
    readonly answer: Promise<unknown>,
    /** How many answers were asked for before this one. */
    readonly at: number,
  ) {
    super("an answer is on its way");
  }
}

const isPromise = (x: unknown): x is Promise<unknown> =>
  typeof x === "object" && x !== null && "then" in x && typeof x.then === "function";

/**
 * Runs an algorithm that asks as if every answer came at once. Where one does not, the algorithm is run again from
 * its beginning once the answer is there, with all earlier answers at hand; so it must be a function of its answers.
 *
 * @returns a promise only if some answer was one
 */
export function settle<R>(algorithm: (ask: Ask) => R): R | Promise<R> {
  const answers: unknown[] = [];
  let keep = false;
  const attempt = (): R => {
    let asked = 0;
    return algorithm(<T>(call: () => T | Promise<T>): T => {
      const at = asked++;
      if (at < answers.length) return answers[at] as T;
      const answer = call();
      if (isPromise(answer)) throw new Pending(answer, at);
      // Answers that came at once need no keeping, unless others do not.
      if (keep) answers.push(answer);
      return answer;
    });
  };
  const resume = async (first: Pending): Promise<R> => {
    keep = true;
    for (let pending = first; ;) {
      const answer = await pending.answer;
      // Answers before the first late one were not kept: they are asked for again.
      if (pending.at === answers.length) answers.push(answer);
      try {
        return attempt();
      } catch (error) {
        if (!(error instanceof Pending)) throw error;
        pending = error;
      }
    }
  };
  try {
    return attempt();
  } catch (error) {
    if (error instanceof Pending) return resume(error);
    throw error;
  }
}
