import type { LayerPromise } from "../record/promises.js";
import type { Settings } from "../record/scenario.js";
import { documented } from "./tfjsDocumentation.js";
import type { Argument, Expression, Tf } from "./tfjsExpression.js";

export type LayerOptions = Readonly<Record<string, Argument>>;

/** A layer, regulariser or constraint, with what its documentation promises. */
export interface TfjsLayerObject {
  readonly path:
    | `layers.${keyof Tf["layers"]}`
    | `regularizers.${keyof Tf["regularizers"]}`
    | `constraints.${keyof Tf["constraints"]}`;
  /** Settings in the words of `networks/`, where it has the kind. */
  readonly promise: LayerPromise;
  /** Settings of the promise for which the library has no option: it is always so. */
  readonly fixed: readonly string[];
  /** Settings that other layers of the kind have, and this one has not. */
  readonly lacks: readonly string[];
  /** Whether it keeps what it learns in variables of its own. */
  readonly weighted: boolean;
  /** Whether it is applied to all inputs of its program, and not to x alone. */
  readonly merges: boolean;
  /** Settings that are options of other names or values in this layer, and not in others. */
  readonly options: Readonly<Record<string, (value: Settings[string]) => LayerOptions>>;
  /** Whether it is made, and how, of a layer with these options. */
  readonly wraps?: ((options: LayerOptions) => Expression) | undefined;
}

interface Entry extends Partial<Omit<TfjsLayerObject, "path" | "promise">> {
  readonly kind: string;
  readonly config?: LayerPromise["config"];
  readonly moving?: LayerPromise["moving"];
  readonly says: string;
}

function object(path: TfjsLayerObject["path"], entry: Entry): TfjsLayerObject {
  const { kind, config = {}, moving, says, ...rest } = entry;
  const plain = { fixed: [], lacks: [], weighted: false, merges: false, options: {} };
  return {
    ...plain,
    ...rest,
    path,
    promise: { kind, config, ...(moving && { moving }), ...documented(path, says) },
  };
}

type Named = [string, TfjsLayerObject];

export const layer = (name: keyof Tf["layers"], entry: Entry): Named => [
  name,
  object(`layers.${name}`, entry),
];
export const regularizer = (name: keyof Tf["regularizers"], entry: Entry): Named => [
  name,
  object(`regularizers.${name}`, entry),
];
export const constraint = (name: keyof Tf["constraints"], entry: Entry): Named => [
  name,
  object(`constraints.${name}`, entry),
];
