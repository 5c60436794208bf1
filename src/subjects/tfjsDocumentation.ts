import type { Stated } from "../record/promises.js";

/** The release whose documentation is cited: it is generated from the comments in the packages of that release. */
const RELEASE = "4.22.0";

/** What the documentation of a function says, and where. */
export const documented = (name: string, says: string): Stated => ({
  says,
  source: `https://js.tensorflow.org/api/${RELEASE}/#${name}`,
});
