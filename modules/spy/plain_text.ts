/** What a terminal obeys or that nobody sees: control and format characters, and line breaks. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text without anything that a terminal obeys: such characters are written as `\u{1b}`. */
export function plainText(text: string): string {
  return text.replace(
    UNSEEN,
    (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`,
  );
}

/** The same in quotes. */
export function quoted(text: string): string {
  return plainText(JSON.stringify(text));
}
