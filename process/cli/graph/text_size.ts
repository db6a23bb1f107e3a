import { harmless } from "../terminal.ts";

/** The size of letters, and the height of a line of them, in pixels. */
export const FONT_SIZE = 13;
/** The height of a line, in pixels. */
export const HEIGHT = 16;

/** In letters of a font in which all are as wide; a little more than most of them take. */
const LETTER = FONT_SIZE * 0.62;
const LONGEST = 48;

/** East Asian letters and pictures, which take the room of two. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{3fffd}]/u;

/** How wide a text is in a font in which all letters are as wide, in pixels. */
export function widthOf(text: string): number {
  let letters = 0;
  for (const letter of text) letters += WIDE.test(letter) ? 2 : 1;
  return Math.ceil(letters * LETTER);
}

/** As much of a text as a box has room for, on one line, with nothing in it that moves other text. */
export function shortened(text: string): string {
  const letters = [...harmless(text.toWellFormed())];
  return letters.length <= LONGEST
    ? letters.join("")
    : `${letters.slice(0, LONGEST - 1).join("")}…`;
}
