/**
 * Unit of a figure: a rate, a time in milliseconds or microseconds or
 * nanoseconds, or a size in bytes.
 */
export type Unit = "/s" | "ms" | "µs" | "ns" | "B" | "MB";

/** Format of a figure. */
export const byUnit: Readonly<Record<Unit, (value: number) => string>> = {
  "/s": rate,
  ms: (value) => `${decimals(value)} ms`,
  µs: (value) => `${decimals(value)} µs`,
  ns: (value) => `${decimals(value)} ns`,
  B: (value) => `${decimals(value)} B`,
  MB: (value) => `${decimals(value / 1e6)} MB`,
};

/**
 * Formats a number with about three digits, which the precision of a
 * measurement justifies.
 */
export function decimals(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0);
}

function rate(perSecond: number): string {
  if (perSecond >= 1e6) return `${decimals(perSecond / 1e6)} M/s`;
  if (perSecond >= 1e3) return `${decimals(perSecond / 1e3)} k/s`;
  return `${decimals(perSecond)} /s`;
}
