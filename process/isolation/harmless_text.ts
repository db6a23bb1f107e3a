/** Those of C0 but tab and line end, those of C1, and what turns the direction of a text. */
const CONTROLS = /[^\P{Cc}\t\n]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Longer texts of a guest are cut: they end in a log. */
const MOST_TEXT = 4096;

/** A text of a guest without control characters, those of C1 too, which some terminals obey; cut, since it ends in a log. */
export function harmlessText(text: string): string {
  return text.slice(0, MOST_TEXT).replace(CONTROLS, "");
}
