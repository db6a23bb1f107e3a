import { cpuUsage } from "node:process";

/** Maximum time of all measurements, in milliseconds. */
const LONGEST = 3_000;
/** Time of one measurement, in milliseconds. */
const LOOK = 100;
/**
 * Processor time in milliseconds that an endless loop exceeds, also on a busy
 * machine.
 */
const BUSY = 150;

/** Returns true if this process uses a processor although it has no work. */
export async function isBusy(): Promise<boolean> {
  const before = cpuUsage();
  for (let looked = 0; looked < LONGEST; looked += LOOK) {
    await wait(LOOK);
    const { user, system } = cpuUsage(before);
    if ((user + system) / 1000 > BUSY) return true;
  }
  return false;
}

/**
 * Sends SIGINT to this process, which has no listener for the signal. The
 * process therefore ends, unless a guest has added a listener.
 */
export function interrupt(): Promise<void> {
  Deno.kill(Deno.pid, "SIGINT");
  return wait(5 * LOOK);
}

function wait(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}
