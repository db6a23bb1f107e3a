import { cpuUsage } from "node:process";

/** Looked at for so long, at most, in milliseconds. */
const LONGEST = 3_000;
/** One look, in milliseconds. */
const LOOK = 100;
/** What works without end takes more of the processor than this, in milliseconds, also where many want it. */
const BUSY = 150;

/** Whether something in this process works although nothing has to be done. */
export async function isBusy(): Promise<boolean> {
  const before = cpuUsage();
  for (let looked = 0; looked < LONGEST; looked += LOOK) {
    await wait(LOOK);
    const { user, system } = cpuUsage(before);
    if ((user + system) / 1000 > BUSY) return true;
  }
  return false;
}

/** Sends this process a SIGINT, which it doesn't wait for itself; so it ends, or something else in it waits. */
export function interrupt(): Promise<void> {
  Deno.kill(Deno.pid, "SIGINT");
  return wait(5 * LOOK);
}

function wait(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}
