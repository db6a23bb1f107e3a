/**
 * First code of a guest that runs a message bus. A guest that runs a module
 * does not load these files, so that it starts faster.
 *
 * @module
 */
import { GuestBus } from "./guest_bus.ts";
import { type GuestStart, startRuntime } from "./start.ts";

export type { GuestStart };

/**
 * Runs the bus that `load` imports for the host at the other end of the link.
 * With a `pin` in `start`, the bus loads only if its text has the pinned hash.
 */
export function startGuest(
  isolation: "worker" | "process",
  load: () => Promise<{ readonly default: unknown }>,
  start: GuestStart,
): void {
  startRuntime(isolation, load, start, {
    makeBus: (options) => new GuestBus(options),
  });
}
