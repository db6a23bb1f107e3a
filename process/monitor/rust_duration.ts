/** Nanoseconds of a unit, and its name, from the largest on. */
const UNITS = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]] as const;

/**
 * A time as Rust's `Debug` of `Duration` writes it: in the largest unit that it has one of, with the digits that it takes and no
 * more, exact to the nanosecond.
 */
export function rustDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  // Without the seconds: all of it in nanoseconds would be more than a number holds.
  const rest = Math.round((milliseconds - seconds * 1000) * 1e6);
  if (rest === 1e9) return `${seconds + 1}s`;
  if (seconds > 0) return decimal(seconds, rest, 9) + "s";
  const [unit, name] = UNITS.find(([size]) => rest >= size) ?? UNITS[3];
  return decimal(Math.floor(rest / unit), rest % unit, Math.log10(unit)) + name;
}

/** `fraction` counts the last of `digits` behind the point. */
function decimal(whole: number, fraction: number, digits: number): string {
  const text = String(fraction).padStart(digits, "0").replace(/0+$/, "");
  return fraction === 0 ? String(whole) : `${whole}.${text}`;
}
