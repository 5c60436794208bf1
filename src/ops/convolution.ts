import { InvalidProgramError } from "../core/errors.js";
import { showShape, type Shape } from "../core/shape.js";
import { bilinear } from "./bilinear.js";
import { real, register, type Attributes } from "./op.js";
import {
  axisWindow,
  drawAround,
  drawWindow,
  forEachTap,
  imageShape,
  simplerWindow,
  WINDOW_ATTRIBUTES,
  type WindowAttributes,
} from "./window.js";

type ConvolutionAttributes = Attributes & WindowAttributes;

/** @throws InvalidProgramError when the filter has another number of input channels, or does not fit */
function conv2dGeometry([x, filter]: readonly Shape[], attributes: ConvolutionAttributes) {
  const [batch, height, width, channels] = imageShape(x);
  if (filter.length !== 4 || filter[2] !== channels) {
    throw new InvalidProgramError(
      `conv2d of ${showShape(x)} needs a filter [height, width, ${channels}, out], got ${showShape(filter)}`,
    );
  }
  const [kernelHeight, kernelWidth, , out] = filter;
  const rows = axisWindow(0, height, kernelHeight, attributes);
  const columns = axisWindow(1, width, kernelWidth, attributes);
  return { batch, height, width, channels, out, rows, columns };
}

const conv2dShape = (shapes: readonly Shape[], attributes: ConvolutionAttributes): Shape => {
  const { batch, out, rows, columns } = conv2dGeometry(shapes, attributes);
  return [batch, rows.count, columns.count, out];
};

export const conv2d = register<ConvolutionAttributes>({
  name: "conv2d",
  version: 1,
  family: "convolution and pooling",
  summary: "cross-correlation of [batch, height, width, in] with a filter [height, width, in, out]",
  source: "ONNX Conv-11 in NHWC order; Dumoulin and Visin 2016",
  attributes: WINDOW_ATTRIBUTES,
  arity: { low: 2, high: 2 },
  inputs: () => [
    { name: "x", domain: real },
    { name: "filter", domain: real },
  ],
  kinks: [],
  shape: conv2dShape,
  draw(context) {
    const { attributes, kernel, image } = drawWindow(context);
    const { batch, channels } = drawAround(context, image);
    return {
      shapes: [
        [batch, ...image, channels],
        [...kernel, channels, context.stream.int(1, 3)],
      ],
      attributes: attributes as ConvolutionAttributes,
    };
  },
  simpler: simplerWindow,
  ...bilinear<ConvolutionAttributes>({
    shape: conv2dShape,
    taps(shapes, attributes, visit) {
      const { batch, height, width, channels, out, rows, columns } = conv2dGeometry(shapes, attributes);
      let o = 0;
      for (let b = 0; b < batch; b++) {
        for (let r = 0; r < rows.count; r++) {
          for (let c = 0; c < columns.count; c++) {
            for (let k = 0; k < out; k++, o++) {
              forEachTap(rows, r, (i, ti) =>
                forEachTap(columns, c, (j, tj) => {
                  const image = ((b * height + i) * width + j) * channels;
                  const filter = (ti * columns.kernel + tj) * channels;
                  for (let p = 0; p < channels; p++) visit(o, image + p, (filter + p) * out + k);
                }),
              );
            }
          }
        }
      }
    },
  }),
  textbook: [],
});
