import { cpuUsage } from "node:process";

/** Minimum time of all measurements, in milliseconds. */
const SHORTEST = 3_000;
/**
 * Maximum time of all measurements, in milliseconds. A busy machine leaves
 * little to an endless loop.
 */
const LONGEST = 30_000;
/** Time of one measurement, in milliseconds. */
const LOOK = 100;
/** Processor time in milliseconds that an endless loop exceeds. */
const BUSY = 150;
/** Share of a processor that it exceeds, also on a busy machine. */
const SHARE = 0.02;
/**
 * Processor time in milliseconds that an endless loop exceeds in the minimum
 * time, next to 200 others, and a process without work does not.
 */
const IDLE = 25;

/** Returns true if this process uses a processor although it has no work. */
export async function isBusy(): Promise<boolean> {
  const before = cpuUsage();
  for (let looked = 0; looked < LONGEST; looked += LOOK) {
    await wait(LOOK);
    const { user, system } = cpuUsage(before);
    const used = (user + system) / 1000;
    if (used > Math.max(BUSY, SHARE * looked)) return true;
    if (looked >= SHORTEST && used < IDLE) return false;
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
