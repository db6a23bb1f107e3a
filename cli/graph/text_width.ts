import { harmless } from "../terminal/terminal.ts";

/** Font size, in pixels. */
export const FONT_SIZE = 13;

/**
 * Width of a character of a monospace font, in pixels; slightly more than most
 * fonts have.
 */
const LETTER = FONT_SIZE * 0.62;
/** Longest text of a box or line, in characters. */
const LONGEST = 48;

/** East Asian characters and emoji, which have double width. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{3fffd}]/u;

/** Returns the width of a text in a monospace font, in pixels. */
export function widthOf(text: string): number {
  let letters = 0;
  for (const letter of text) letters += WIDE.test(letter) ? 2 : 1;
  return Math.ceil(letters * LETTER);
}

/**
 * Shortens a text to the room of a box, on one line, without control
 * characters.
 */
export function shortened(text: string): string {
  const letters = [...harmless(text.toWellFormed())];
  return letters.length <= LONGEST
    ? letters.join("")
    : `${letters.slice(0, LONGEST - 1).join("")}…`;
}
