/** Maximum time of a Date, in milliseconds. */
const MAX_TIME = 8.64e15;

let lastTime: number | undefined;
let lastText = "";

/**
 * Formats the time of a delivery. Most have the time of the one before:
 * formatting it again takes a third of the time for an entry.
 */
export function timeText(time: number): string {
  if (time === lastTime) return lastText;
  lastText = new Date(
    // the time of a foreign bus is not checked
    Math.abs(time) <= MAX_TIME ? time : 0,
  ).toISOString();
  lastTime = time;
  return lastText;
}
