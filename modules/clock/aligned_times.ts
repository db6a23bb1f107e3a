import type { Times } from "./wall_pace.ts";

/** The whole multiples of a period since 1970, UTC: of 60,000 ms, every full minute. */
export function alignedTimes(period: number): Times {
  // A multiple divided by the period again may miss its number by a rounding error: hence the second look.
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
