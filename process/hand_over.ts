import type { Log } from "@caryatid/sdk";
import type { ModuleContext } from "@caryatid/sdk/host";
import { inTime } from "./drain.ts";

/** Time that tasks of swapped code have in any case to end by the signal, in milliseconds. */
const END_TIME = 2_000;

/**
 * Ends the code of a module, so that a context which follows can take over what this one listens to and answers.
 *
 * What is in hand is finished, for `time` ms at most; then what only waits ends by the signal. Who is late is told and not waited for.
 * Says whether all of it has ended.
 */
export async function handOver(
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
    log.warn("its old code is still at work, and isn't waited for");
    await inTime(context.cleanUp(), performance.now() + END_TIME);
  }
  await context.handOver();
  return hasEnded;
}
