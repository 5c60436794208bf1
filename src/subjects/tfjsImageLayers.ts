import { layer } from "./tfjsLayerObject.js";

const pool = { poolSize: 2, padding: "valid" } as const;
const SPATIAL_AVERAGE = "Average pooling operation for spatial data.";
const NO_CHANNELS = ["channels"];

const POOLINGS = [
  layer("averagePooling1d", {
    kind: "averagePooling",
    config: pool,
    lacks: NO_CHANNELS,
    says: SPATIAL_AVERAGE,
  }),
  layer("averagePooling2d", { kind: "averagePooling", config: pool, says: SPATIAL_AVERAGE }),
  layer("averagePooling3d", {
    kind: "averagePooling",
    config: pool,
    says: "Average pooling operation for 3D data.",
  }),
  layer("maxPooling1d", {
    kind: "maxPooling",
    config: pool,
    lacks: NO_CHANNELS,
    says: "Max pooling operation for temporal data.",
  }),
  layer("maxPooling2d", {
    kind: "maxPooling",
    config: pool,
    says: "Max pooling operation for spatial data.",
  }),
  layer("maxPooling3d", { kind: "maxPooling", config: pool, says: "Max pooling operation for 3D data." }),
  layer("globalAveragePooling1d", {
    kind: "globalAveragePooling",
    lacks: NO_CHANNELS,
    says: "Global average pooling operation for temporal data.",
  }),
  layer("globalAveragePooling2d", {
    kind: "globalAveragePooling",
    says: "Global average pooling operation for spatial data.",
  }),
  layer("globalMaxPooling1d", {
    kind: "globalMaxPooling",
    lacks: NO_CHANNELS,
    says: "Global max pooling operation for temporal data.",
  }),
  layer("globalMaxPooling2d", {
    kind: "globalMaxPooling",
    says: "Global max pooling operation for spatial data.",
  }),
];

/** Pairs of margins of height and width. */
const pairs = (margins: unknown): number[][] => {
  const [top, bottom, left, right] = margins as number[];
  return [
    [top, bottom],
    [left, right],
  ];
};

const PIXELS = [
  layer("zeroPadding2d", {
    kind: "zeroPadding",
    options: { margins: (margins) => ({ padding: pairs(margins) }) },
    says:
      "Zero-padding layer for 2D input (e.g., image). This layer can add rows and columns of zeros at the top, " +
      "bottom, left and right side of an image tensor.",
  }),
  layer("cropping2D", {
    kind: "cropping",
    options: { margins: (margins) => ({ cropping: pairs(margins) }) },
    says:
      "Cropping layer for 2D input (e.g., image). This layer can crop an input at the top, bottom, left and right " +
      "side of an image tensor.",
  }),
  layer("centerCrop", {
    kind: "centerCrop",
    says: "This layers crops the central portion of the images to a target size.",
  }),
  layer("upSampling2d", {
    kind: "upSampling",
    config: { size: 2, interpolation: "nearest" },
    lacks: ["coordinates"],
    says:
      "Upsampling layer for 2D inputs. Repeats the rows and columns of the data by size[0] and size[1] respectively. " +
      'interpolation: The interpolation mechanism, one of "nearest" or "bilinear", default to "nearest".',
  }),
  // Neither the default of interpolation is said, nor where pixels are looked for.
  layer("resizing", {
    kind: "resizing",
    lacks: ["coordinates"],
    says:
      "A preprocessing layer which resizes images. This layer resizes an image input to a target height and width. " +
      "interpolation: string, the method for image resizing interpolation.",
  }),
];

export const TFJS_IMAGE_LAYERS = [...POOLINGS, ...PIXELS];
