const LONGEST_TIME = 8.64e15;

let lastTime: number | undefined;
let lastText = "";

/** The time of a delivery as text. Most have that of the one before: to write it anew costs a third of an entry of a recording. */
export function timeText(time: number): string {
  if (time === lastTime) return lastText;
  lastText = new Date(
    Math.abs(time) <= LONGEST_TIME ? time : 0, // what a foreign bus says is not checked
  ).toISOString();
  lastTime = time;
  return lastText;
}
