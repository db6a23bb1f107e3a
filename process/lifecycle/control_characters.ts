/** Styles of a terminal, such as colors: `ESC [ 31 m`. */
// deno-lint-ignore no-control-regex -- the escape character begins them
const STYLE_OR_CONTROL = /\x1b\[[\d;:]*m|[^\P{Cc}\t\n\r]/gu;
const CONTROL = /[^\P{Cc}\t]/gu;
const RESET = "\x1b[0m";

/**
 * Escapes control characters, so that a text cannot add a line to a log or send
 * codes to a terminal. A `styled` text keeps its line ends and its styles; a
 * style that it leaves on ends with the text.
 */
export function withoutControls(text: string, kind?: "styled"): string {
  if (kind === undefined) return text.replace(CONTROL, escaped);
  let open = false;
  const safe = text.replace(STYLE_OR_CONTROL, (found) => {
    if (found.length === 1) return escaped(found);
    open = /[1-9]/.test(found);
    return found;
  });
  return open ? safe + RESET : safe;
}

function escaped(control: string): string {
  if (control === "\n") return "\\n";
  if (control === "\r") return "\\r";
  return `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
