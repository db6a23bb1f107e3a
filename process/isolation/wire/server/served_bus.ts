import { CaryatidError, type MessageBus } from "@caryatid/sdk";
import type { Outbox } from "../outbox.ts";
import type { Leftovers } from "./leftovers.ts";

/** Part of a bus, or of a module's context, that is served over a bridge. */
export type ServedBus = Pick<
  MessageBus,
  "publish" | "subscribe" | "request" | "handle"
>;

/** Options of `BusServer`. */
export interface BusServerOptions {
  /** Bus that executes the calls of the client. */
  readonly bus: ServedBus;
  /** Carries frames to the client. */
  readonly outbox: Outbox;
  /** Maximum size of a message, in bytes. */
  readonly messageSize: number;
  /** False if full queues in memory never make publishers wait (true). */
  readonly mayBlock?: boolean;
  /** Deliveries that an earlier client had not begun. */
  readonly leftovers?: Leftovers;
  /** Called before each publish. Ends the client if it throws. */
  readonly onPublish?: (() => void) | undefined;
  /** Called with the topic of a delivery that cannot be encoded. */
  readonly onUnsendable?: ((topic: string, error: unknown) => void) | undefined;
}

/**
 * Refuses every call with `BUS_CLOSED`. A suspended client gets this bus, since
 * its rights may differ when it resumes.
 */
export const SUSPENDED_BUS: ServedBus = {
  publish: (topic) => Promise.reject(suspendedError(`publish on "${topic}"`)),
  request: (topic) => Promise.reject(suspendedError(`request on "${topic}"`)),
  subscribe(pattern) {
    throw suspendedError(`subscribe to "${pattern}"`);
  },
  handle(pattern) {
    throw suspendedError(`handle "${pattern}"`);
  },
};

function suspendedError(what: string): CaryatidError {
  return new CaryatidError(
    "BUS_CLOSED",
    `Cannot ${what}: the module is suspended while other code replaces it`,
  );
}
