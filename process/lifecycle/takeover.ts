import type { Log } from "@caryatid/sdk";
import type { ModuleContext } from "@caryatid/sdk/internal/host";
import { inTime } from "./deadlines.ts";

/**
 * Minimum time for the tasks of replaced code to end after the signal, in
 * milliseconds.
 */
const END_TIME = 2_000;

/**
 * Ends the code of a module so that a following context can take over its
 * subscriptions and handlers.
 *
 * Deliveries in flight are finished within `time` ms; then the signal ends the
 * tasks. Code that still runs is logged and not waited for. Returns true if all
 * of it has ended.
 */
export async function finishForTakeover(
  context: ModuleContext,
  time: number,
  log: Log,
): Promise<boolean> {
  const deadline = performance.now() + time;
  await inTime(context.finish(), deadline);
  context.stop();
  const end = Math.max(deadline, performance.now() + END_TIME);
  const hasEnded = await inTime(context.ended(), end);
  if (!hasEnded) {
    log.warn(
      "the replaced code is still running; continuing without waiting for it",
    );
    await inTime(context.cleanUp(), performance.now() + END_TIME);
  }
  await context.handOver();
  return hasEnded;
}
