import type { CaryatidError } from "@caryatid/sdk";
import type { PendingRequest } from "@caryatid/sdk/bus";

/**
 * Requests in flight by id. Handlings of overlapping patterns may have the same
 * request.
 */
export class WorkingRequests {
  readonly #byId = new Map<string, Set<PendingRequest>>();

  /** Adds a request that a handler starts. */
  add(id: string, pending: PendingRequest): void {
    const all = this.#byId.get(id);
    if (all) all.add(pending);
    else this.#byId.set(id, new Set([pending]));
  }

  /** Removes a request that has ended. */
  delete(id: string, pending: PendingRequest): void {
    const all = this.#byId.get(id);
    if (all?.delete(pending) && all.size === 0) this.#byId.delete(id);
  }

  /** Aborts a request with `error`: its requester has stopped waiting. */
  abandon(id: string, error: CaryatidError): void {
    for (const pending of [...this.#byId.get(id) ?? []]) pending.abandon(error);
  }
}
