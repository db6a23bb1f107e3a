/**
 * Upper bounds of the buckets of durations, in milliseconds. One more bucket
 * has everything above.
 */
export const DURATION_BOUNDS: readonly number[] = [
  ...[1, 2.5, 5, 10, 25, 50, 100, 250, 500],
  ...[1_000, 2_500, 5_000, 10_000],
];
