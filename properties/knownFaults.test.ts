import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { judgeCase } from "../src/campaign/judgeCase.js";
import { runCampaign } from "../src/campaign/run.js";
import { OPS } from "../src/ops/index.js";
import { opId } from "../src/ops/op.js";
import { decodeCase, wireCase } from "../src/record/case.js";
import type { Line } from "../src/record/record.js";
import { signature, verdict, type Signature } from "../src/record/verdict.js";
import { KNOWN_SUBJECTS, startSubject } from "../src/subjects/known.js";
import type { Subject } from "../src/subjects/subject.js";
import { PROPERTIES } from "./index.js";

/**
 * The faults of TensorFlow.js 4.22.0 that are known, as literal witnesses (fixtures/witnesses/pin.mjs made them). This
 * fails when one is no longer found, which would be our loss, and when the library mends one, which is good news.
 */
const FAULTS = z
  .array(
    z.object({
      property: z.string(),
      signature,
      verdict,
      kind: z.string().optional(),
      title: z.string(),
      witness: wireCase,
    }),
  )
  .parse(
    JSON.parse(readFileSync(new URL("../fixtures/witnesses/tfjs-4.22.0.json", import.meta.url), "utf8")),
  );

const show = ({ op, kind, where }: Signature): string => `${op}, ${kind}, ${where}`;
/** Those that show most faults; the others' are held by their literal witnesses alone, which takes seconds. */
const SEARCHED: readonly string[] = ["calculus/value", "calculus/gradient", "calculus/degenerate-shapes"];

const propertyOf = (name: string) => PROPERTIES.find((property) => property.name === name)!;

const missing = await KNOWN_SUBJECTS.find(({ id }) => id === "tfjs")!.available();

describe.skipIf(missing !== null)(
  `known faults of tfjs${missing === null ? "" : ` (not run: ${missing})`}`,
  () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await startSubject("tfjs");
    });
    afterAll(() => subject.close());

    it("are those of the version that is installed", () => {
      expect(subject.hello.implementation.version).toBe("4.22.0");
    });

    it.each(FAULTS.map((fault) => [`${fault.title} (${show(fault.signature)})`, fault] as const))(
      "%s",
      async (_name, fault) => {
        const judgement = await judgeCase(propertyOf(fault.property).law, decodeCase(fault.witness), subject);
        expect({ verdict: judgement.verdict, kind: judgement.kind }).toEqual({
          verdict: fault.verdict,
          kind: fault.kind,
        });
      },
    );

    it("are found again by a random search over the ops that have them", { timeout: 300_000 }, async () => {
      const plain = FAULTS.filter(
        ({ property, signature }) => SEARCHED.includes(property) && signature.op.includes("@"),
      );
      const faulty = new Set(plain.map((fault) => fault.signature.op));
      const found = new Set<string>();
      const lines: Line[] = [];
      await runCampaign(
        [{ id: "tfjs", start: () => startSubject("tfjs") }],
        { write: (more) => lines.push(...more) },
        {
          id: "known faults",
          gradproof: "test",
          command: "test",
          startedAt: new Date(0).toISOString(),
          selection: {
            properties: SEARCHED.map(propertyOf),
            ops: OPS.filter((op) => faulty.has(opId(op))),
          },
          seed: 1,
          runs: 32,
          needed: 30,
          workers: 2,
          bail: false,
          clock: () => 0,
        },
      );
      for (const line of lines) if (line.type === "finding") found.add(line.signature.op);
      // Which result tells a fault first depends on what else is asked; the literal witnesses above hold each to its own.
      expect([...faulty].filter((op) => !found.has(op))).toEqual([]);
    });
  },
);
