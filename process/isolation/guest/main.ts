/**
 * First code of a guest that runs a module.
 *
 * @module
 */
import { type GuestStart, startRuntime } from "./start.ts";

export type { GuestStart };

/**
 * Runs the module that `load` imports for the host at the other end of the
 * link. With a `pin` in `start`, the module loads only if its text has the
 * pinned hash.
 */
export function startGuest(
  isolation: "worker" | "process",
  load: () => Promise<{ readonly default: unknown }>,
  start: GuestStart,
): void {
  startRuntime(isolation, load, start);
}
