import { CaryatidError } from "@caryatid/sdk";
/** Times of day at which ticks are due, in milliseconds since 1970. */
export interface Schedule {
  /** Returns the first time after `time`; undefined if none follows. */
  after(time: number): number | undefined;
  /** Returns the last time before `time`, which must exist. */
  before(time: number): number;
  /** Returns the number of times between two times, both excluded. */
  between(after: number, before: number): number;
}

/** Maximum number of counted times, after a jump of years: each takes 50 µs. */
const MAX_COUNT = 1_000;

/**
 * Returns the schedule of the multiples of a period in milliseconds since 1970,
 * UTC: every full minute for 60,000.
 */
export function alignedSchedule(period: number): Schedule {
  // Rounding can turn a multiple divided by the period into the number next to
  // it: hence the second comparison.
  const next = (time: number) => {
    const n = Math.floor(time / period) + 1;
    return n * period > time ? n : n + 1;
  };
  const last = (time: number) => {
    const n = Math.ceil(time / period) - 1;
    return n * period < time ? n : n - 1;
  };
  return {
    after: (time) => next(time) * period,
    before: (time) => last(time) * period,
    between: (after, before) => Math.max(0, last(before) - next(after) + 1),
  };
}

/**
 * Returns the schedule of a cron expression in a time zone. Times in an hour
 * that the time zone skips are at the end of the gap.
 *
 * Loads croner, which takes 2 ms. Rejects with the reason if the expression is
 * invalid or never due.
 */
export async function cronSchedule(
  expression: string,
  zone: string,
): Promise<Schedule> {
  const { Cron } = await import("croner");
  const cron = new Cron(expression, { timezone: zone });
  if (cron.getOnce()) {
    throw new CaryatidError(
      "INVALID_OPTION",
      "found a date; expected 5 to 7 fields",
    );
  }
  if (cron.nextRun(new Date(0)) === null) {
    throw new CaryatidError("INVALID_OPTION", "it never falls due");
  }
  const after = (time: number) => cron.nextRun(new Date(time))?.getTime();
  return {
    after,
    before: (time) => cron.previousRuns(1, new Date(time))[0]!.getTime(),
    between(from, before) {
      let count = 0;
      for (
        let time = after(from);
        time !== undefined && time < before && count < MAX_COUNT;
        time = after(time)
      ) count++;
      return count;
    },
  };
}
