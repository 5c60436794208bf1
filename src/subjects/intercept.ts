import type { Hello } from "../record/protocol.js";
import type { Adapter, AdapterRequest, AdapterResult } from "./adapter.js";

/** An adapter that answers at once, such as the reference. */
export interface SynchronousAdapter extends Adapter {
  hello(): Hello;
  evaluate(request: AdapterRequest): AdapterResult;
}

/**
 * An adapter with something done on the way to its results, or instead of them: how a library is imitated that
 * overwrites its inputs, shares memory between gradients, throws, hangs, or returns nothing.
 *
 * For example: intercept(referenceAdapter(), (request, honest) => ({ ...honest(), grads: [null] }))
 */
export function intercept(
  adapter: SynchronousAdapter,
  fault: (request: AdapterRequest, honest: () => AdapterResult) => AdapterResult | Promise<AdapterResult>,
): Adapter {
  return {
    hello: () => adapter.hello(),
    evaluate: (request) => fault(request, () => adapter.evaluate(request)),
    snippet: (request) => adapter.snippet(request),
  };
}
