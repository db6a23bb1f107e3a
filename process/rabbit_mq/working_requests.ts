import type { CaryatidError } from "@caryatid/sdk";
import type { PendingRequest } from "@caryatid/sdk/bus";

/** What handlers of this process work on, by the id of the request: handlings of overlapping patterns may have the same one. */
export class WorkingRequests {
  readonly #byId = new Map<string, Set<PendingRequest>>();

  /** A handler begins. */
  add(id: string, pending: PendingRequest): void {
    const all = this.#byId.get(id);
    if (all) all.add(pending);
    else this.#byId.set(id, new Set([pending]));
  }

  /** It has ended. */
  delete(id: string, pending: PendingRequest): void {
    const all = this.#byId.get(id);
    if (all?.delete(pending) && all.size === 0) this.#byId.delete(id);
  }

  /** Nobody waits for the answer any more, because of `error`. */
  abandon(id: string, error: CaryatidError): void {
    for (const pending of [...this.#byId.get(id) ?? []]) pending.abandon(error);
  }
}
