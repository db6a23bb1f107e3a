/**
 * First code of a guest that runs a module of a process that traces. Other
 * guests do not load these files, so that they start faster.
 *
 * @module
 */
import { GuestTracing } from "./guest_tracing.ts";
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
  startRuntime(isolation, load, start, { tracing: new GuestTracing() });
}
