import { normalizeAxis } from "../core/shape.js";
import { adaptAxis, AXIS, drawAxis } from "./axes.js";
import { inputsOf, layout, PARAMETERS, type BatchNormAttributes } from "./batchNormLayout.js";
import { drawShape } from "./drawShape.js";
import { folded, inference, reciprocalRoot } from "./givenStatistics.js";
import type { Rules } from "./linear.js";
import {
  drawEpsilon,
  EPSILON,
  forgetting,
  normalizeGroups,
  normalizeGroupsCarefully,
} from "./normalizeGroups.js";
import { register, type TextbookForm } from "./op.js";
import { careful, textbookForms, type GroupForm } from "./standardize.js";

/** One way of training and one of inference, as libraries have both behind one switch. */
function textbookForm(
  form: GroupForm,
  given: TextbookForm<BatchNormAttributes>,
): TextbookForm<BatchNormAttributes> {
  const training = normalizeGroups(layout, form);
  return {
    meaning: (A, xs, attributes) => (attributes.training ? training : given).meaning!(A, xs, attributes),
    vjp: (A, gy, xs, y, attributes) =>
      (attributes.training ? training : given).vjp!(A, gy, xs, y, attributes),
  };
}

const training = normalizeGroupsCarefully(layout, careful);
const rulesOf = ({ training: isTraining }: BatchNormAttributes): Rules<BatchNormAttributes> =>
  isTraining ? training : inference;

export const batchNorm = register<BatchNormAttributes>({
  name: "batchNorm",
  version: 1,
  family: "normalisation",
  summary:
    "(x − mean) / √(variance + epsilon) for each channel, times scale plus offset; mean and variance are those of the batch in training, inputs otherwise",
  source: "Ioffe and Szegedy 2015; ONNX BatchNormalization-15",
  attributes: {
    training: {
      classes: ["false", "true"],
      summary: "whether mean and variance are inputs, or those of the batch, through which gradients pass",
    },
    parameters: { classes: PARAMETERS, summary: "which of the inputs scale and offset there are" },
    epsilon: EPSILON,
    axis: { ...AXIS, summary: "which axis holds the channels; a negative one counts from the end" },
  },
  arity: { low: 1, high: 5 },
  inputs: (_count, attributes) => inputsOf(attributes),
  kinks: [],
  normalization: {
    ...forgetting(layout, {
      centres: true,
      ownMoments: { training: "true" },
      affine: { parameters: "scale and offset" },
      usual: { axis: "last", parameters: "scale and offset" },
      degrees: ({ training: isTraining }) => (isTraining ? [1] : [1, 1, 2]),
    }),
    groups: (x, attributes) => (attributes.training ? layout.groups(x, attributes) : []),
  },
  shape: layout.shape,
  draw(context) {
    const { classes } = context;
    const rank = context.rank(2, 5);
    const attributes: BatchNormAttributes = {
      axis: drawAxis(context, rank),
      epsilon: drawEpsilon(context),
      training: classes.training === "true",
      parameters: PARAMETERS.find((name) => name === classes.parameters) ?? "none",
    };
    const at = normalizeAxis(attributes.axis, rank);
    const all = Array.from({ length: rank }, (_, a) => a);
    const x = drawShape(context, rank, attributes.training ? all.filter((a) => a !== at) : []);
    const others = inputsOf(attributes).slice(1);
    return { shapes: [x, ...others.map(() => [x[at]])], attributes };
  },
  adapt: ([x], attributes) => adaptAxis(x.length, attributes),
  simpler: (attributes) => [
    ...(attributes.epsilon === 1 ? [] : [{ ...attributes, epsilon: 1 }]),
    ...(attributes.axis === 0 ? [] : [{ ...attributes, axis: 0 }]),
  ],
  meaning: (A, xs, attributes) => rulesOf(attributes).meaning(A, xs, attributes),
  jvp: (A, dxs, xs, y, attributes) => rulesOf(attributes).jvp(A, dxs, xs, y, attributes),
  vjp: (A, gy, xs, y, attributes) => rulesOf(attributes).vjp(A, gy, xs, y, attributes),
  textbook: textbookForms.map((form, f) => textbookForm(form, f === 0 ? reciprocalRoot : folded)),
});
