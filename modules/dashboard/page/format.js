const NUMBER = new Intl.NumberFormat("en-US");

/** Formats a whole number with separators. */
export function count(value) {
  return NUMBER.format(Math.round(value));
}

/** Formats a rate in at most four characters and a unit. */
export function rate(value) {
  return value < 0.05 ? "0/s" : `${short(value)}/s`;
}

/** Formats a number in at most four characters. */
export function short(value) {
  if (value >= 1e9) return `${digits(value / 1e9)}G`;
  if (value >= 1e6) return `${digits(value / 1e6)}M`;
  if (value >= 1e4) return `${digits(value / 1e3)}k`;
  if (value >= 100) return NUMBER.format(Math.round(value));
  return digits(value);
}

function digits(value) {
  return value >= 100
    ? String(Math.round(value))
    : String(Number(value.toFixed(value >= 10 ? 0 : 1)));
}

/** Formats a duration in milliseconds. */
export function duration(milliseconds) {
  if (milliseconds === 0) return "0";
  if (milliseconds < 1) return `${Math.round(milliseconds * 1000)} µs`;
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3_600) {
    return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  }
  if (seconds < 86_400) {
    return `${Math.floor(seconds / 3_600)} h ${
      Math.floor(seconds % 3_600 / 60)
    } min`;
  }
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Formats bytes. */
export function bytes(value) {
  if (value >= 2 ** 30) return `${(value / 2 ** 30).toFixed(1)} GiB`;
  if (value >= 2 ** 20) return `${Math.round(value / 2 ** 20)} MiB`;
  return `${Math.round(value / 1024)} KiB`;
}

/** Formats a time of day with milliseconds. */
export function clock(milliseconds) {
  const date = new Date(milliseconds);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${
    two(date.getSeconds())
  }.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** Formats JSON over several lines; returns another text unchanged. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Returns the singular or plural with its number. */
export function plural(number, word, words = `${word}s`) {
  return `${count(number)} ${number === 1 ? word : words}`;
}
