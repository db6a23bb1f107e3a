import type { Times } from "./wall_pace.ts";

/** Each costs 50 µs: after a leap of years nobody needs to know how many they were. */
const MOST_COUNTED = 1_000;

/**
 * The times that a cron expression names, in a time zone. An hour that a time zone skips has its times at the end of the gap.
 *
 * Loads croner, which takes 2 ms. Rejects, with a text that says why, what isn't a cron expression or never falls due.
 */
export async function cronTimes(
  expression: string,
  zone: string,
): Promise<Times> {
  const { Cron } = await import("croner");
  const cron = new Cron(expression, { timezone: zone });
  if (cron.getOnce()) throw new Error("found a date, wanted 5 to 7 fields");
  if (cron.nextRun(new Date(0)) === null) throw new Error("it never falls due");
  const after = (time: number) => cron.nextRun(new Date(time))?.getTime();
  return {
    after,
    before: (time) => cron.previousRuns(1, new Date(time))[0]!.getTime(),
    between(from, before) {
      let count = 0;
      for (
        let time = after(from);
        time !== undefined && time < before && count < MOST_COUNTED;
        time = after(time)
      ) count++;
      return count;
    },
  };
}
