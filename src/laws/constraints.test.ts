import { describe, expect, it } from "vitest";
import { layersBy } from "../../fixtures/mutants/objects/withObjects.js";
import { CONSTRAINT_PROPERTIES } from "../../properties/constraints.js";
import { conduct } from "../campaign/runTrial.js";
import { tensor, type Tensor } from "../core/tensor.js";
import type { LayerPromise } from "../record/promises.js";
import type { Scenario, Settings } from "../record/scenario.js";
import { inProcessSubject } from "../subjects/inProcess.js";

const EPSILON = 1e-3;

/** What becomes of weights under a constraint that answers with others, or is the reference's. */
async function tryIt(
  name: string,
  kind: string,
  w: Tensor,
  { settings = {}, answers }: { settings?: Settings; answers?: readonly (readonly number[])[] } = {},
) {
  const config: LayerPromise["config"] = kind === "nonNegative" ? {} : { epsilon: EPSILON };
  const promise: LayerPromise = { kind, config, says: "", source: "" };
  const property = CONSTRAINT_PROPERTIES.find((each) => each.name === `constraint/${name}`)!;
  let call = 0;
  const adapter = layersBy({
    result: (result) => {
      const answer = answers?.[Math.min(call++, answers.length - 1)];
      return answer ? { ...result, value: [tensor(w.shape, answer)] } : result;
    },
  });
  const scenario: Scenario = {
    target: `layer:${kind}`,
    dtype: "f64",
    settings: { shape: [...w.shape], ...settings },
    tensors: [w, w],
    seed: 1,
    tags: [],
  };
  const trial = { property, target: { name: scenario.target, promise } };
  return (await conduct(trial, scenario, 0, inProcessSubject("constraints", adapter))).verdict;
}

const columns = tensor([2, 2], [3, 0, 4, 0.5]);

describe("constraints", () => {
  it("keep lengths along the axis that is given", async () => {
    expect((await tryIt("limits", "maxNorm", columns)).verdict).toBe("pass");
    const rows = await tryIt("limits", "maxNorm", columns, { settings: { "config.axis": 1 } });
    expect(rows.verdict).toBe("pass");
    // Columns of length 2 and 0.5: as rows they are 1.2 and 1.68 long, which would do, too.
    const answers = [[1.2, 0, 1.6, 0.5]];
    expect((await tryIt("limits", "maxNorm", columns, { answers })).verdict).toBe("pass");
    const unit = await tryIt("limits", "unitNorm", columns, { answers, settings: { "config.axis": 1 } });
    expect(unit).toMatchObject({
      verdict: "fail",
      reason: "weights of length 3 come out 1.2 long, and 1 to 1 is promised",
    });
  });

  it("may come out shorter by the share of epsilon, and no more", async () => {
    const w = tensor([1, 1], [0.1]);
    const least = 0.1 / (0.1 + EPSILON);
    const at = (value: number) => tryIt("limits", "unitNorm", w, { answers: [[value]] });
    expect((await at(least)).verdict).toBe("pass");
    expect((await at(1)).verdict).toBe("pass");
    expect((await at(least * (1 - 1e-12))).verdict).toBe("fail");
    expect((await at(1 + 1e-12)).verdict).toBe("fail");
    const again = (value: number) => tryIt("idempotent", "unitNorm", w, { answers: [[least], [value]] });
    expect((await again(1)).verdict).toBe("pass");
    expect(await again(0.97)).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("constrained again"),
    });
  });

  it("leave zeros, and no weight below 0 where that is promised", async () => {
    const zeros = tensor([2, 1], [0, 0]);
    for (const kind of ["maxNorm", "minMaxNorm", "unitNorm", "nonNegative"]) {
      expect((await tryIt("zeros", kind, zeros)).verdict).toBe("pass");
      expect((await tryIt("limits", kind, zeros)).verdict).toBe("pass");
    }
    const nan = await tryIt("zeros", "unitNorm", zeros, { answers: [[0, NaN]] });
    expect(nan).toMatchObject({ verdict: "fail", reason: "a weight of 0 becomes NaN", element: 1 });
    for (const value of [-1, NaN]) {
      const negative = await tryIt("limits", "nonNegative", zeros, { answers: [[0, value]] });
      expect(negative).toMatchObject({ verdict: "fail", reason: `a weight is ${value}` });
    }
  });
});
