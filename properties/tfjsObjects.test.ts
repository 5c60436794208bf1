import { describe, expect, it } from "vitest";
import { targetsOf } from "../src/campaign/trialProperty.js";
import { tfjsAdapter } from "../src/subjects/tfjs.js";
import { TRIALS } from "./index.js";

const KINDS = ["initializers", "clippers", "optimizers", "layers"] as const;

describe("TensorFlow.js", async () => {
  const hello = (await tfjsAdapter({ log: () => undefined })).hello();

  it.each(KINDS)("has no object that is listed and not tried: %s", (kind) => {
    const untried = targetsOf(hello, kind).filter(
      ({ promise }) => !TRIALS.some((property) => property.of === kind && property.about(promise)),
    );
    expect(untried.map(({ name }) => name)).toEqual([]);
  });
});
