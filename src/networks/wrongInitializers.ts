import type { Shape } from "../core/shape.js";
import { drawLaw } from "./drawWeights.js";
import { fansOf } from "./fans.js";
import type { InitializerPromise } from "../record/promises.js";
import type { DrawOptions, Initializer } from "./initializer.js";
import { INITIALIZERS, varianceScaling, withGain } from "./initializers.js";
import { promisedLaw, type WeightLaw } from "./promisedLaw.js";

/** An initialiser that promises one thing and does another. */
export interface WrongInitializer extends Initializer {
  /** What it does instead. */
  readonly fault: string;
  /** Printed so in the text that is studied, and not only thought up. */
  readonly printed?: true;
}

const { heNormal, heUniform, heTruncatedNormal, glorotUniform, glorotNormal } = Object.fromEntries(
  Object.entries(INITIALIZERS).map(([name, { promise }]) => [name, promise]),
);

interface Fault {
  readonly promise: InitializerPromise;
  readonly fault: string;
  readonly printed?: true;
  law(shape: Shape, options: DrawOptions): WeightLaw;
}

/** Draws as another promise says. */
const insteadOf = (
  promise: InitializerPromise,
  done: InitializerPromise,
  rest: Pick<Fault, "fault" | "printed">,
): Fault => ({ promise, ...rest, law: (shape, { layout }) => promisedLaw(done, shape, { layout })! });

const wrongGain = (gain: number, shown: string): Fault =>
  insteadOf(heNormal, withGain(heNormal, gain), { fault: `weights are ${shown} times as large` });

/** How far the mean is shifted, in standard deviations. */
const SHIFT = 0.1;

const FAULTS: Readonly<Record<string, Fault>> = {
  "gain 0.88": wrongGain(0.88, "0.88"),
  "gain 0.95": wrongGain(0.95, "0.95"),
  "gain 1.05": wrongGain(1.05, "1.05"),
  "gain √2": wrongGain(Math.SQRT2, "√2"),
  "gain √3": wrongGain(Math.sqrt(3), "√3"),
  "gain 1/√3": wrongGain(1 / Math.sqrt(3), "1/√3"),
  "lopsided range": {
    promise: heUniform,
    fault: "the upper limit is √(6 / fan out)",
    printed: true,
    law(shape, { layout }) {
      const { fanIn, fanOut } = fansOf(shape, { layout });
      const limits: [number, number] = [-Math.sqrt(6 / fanIn), Math.sqrt(6 / fanOut)];
      return promisedLaw({ ...heUniform, variance: undefined, limits }, shape)!;
    },
  },
  "shifted mean": {
    promise: heNormal,
    fault: `the mean is ${SHIFT} standard deviations`,
    law(shape, { layout }) {
      const law = promisedLaw(heNormal, shape, { layout })!;
      return { ...law, mean: SHIFT * law.deviation };
    },
  },
  "uncorrected truncation": insteadOf(
    heTruncatedNormal,
    { ...heTruncatedNormal, corrected: false },
    { fault: "the promised variance is that of the normal law before it is cut off" },
  ),
  "swapped fans": insteadOf(heNormal, varianceScaling({ law: "normal", scale: 2, mode: "fanOut" }), {
    fault: "the variance is 2 / fan out",
  }),
  "standard normal": insteadOf(
    heNormal,
    { ...INITIALIZERS.normal.promise, deviation: 1 },
    { fault: "the standard deviation is 1", printed: true },
  ),
  constant: {
    promise: heNormal,
    // As large as the promised weights in the mean square, so that no test of the variance about 0 sees it.
    fault: "every weight is √(2 / fan in)",
    law: (shape, { layout }) =>
      promisedLaw(
        {
          ...INITIALIZERS.constant.promise,
          value: promisedLaw(heNormal, shape, { layout })!.deviation,
        },
        shape,
      )!,
  },
  "1/√n as Xavier": insteadOf(
    glorotUniform,
    // U(±1/√n) has variance 1/(3n).
    varianceScaling({ law: "uniform", scale: 1 / 3, mode: "fanIn" }),
    { fault: "the limits are ±1/√(fan in)", printed: true },
  ),
  "√6 as deviation": insteadOf(glorotNormal, withGain(glorotNormal, Math.sqrt(3)), {
    fault: "the standard deviation is √(6 / (fan in + fan out))",
    printed: true,
  }),
};

/** By name: the faults that initialisers of libraries and of printed texts have. Square kernels hide several. */
export const WRONG_INITIALIZERS: Readonly<Record<string, WrongInitializer>> = Object.fromEntries(
  Object.entries(FAULTS).map(([name, { law, ...rest }]) => [
    name,
    {
      name,
      ...rest,
      draw: (shape, stream, options = {}) => drawLaw(law(shape, options), shape, stream, options.dtype),
    } satisfies WrongInitializer,
  ]),
);
