import { scanTypeScript } from "../text_lint/scan_typescript.ts";

/** A call that logs at level warn or error. */
export interface LogCall {
  readonly level: string;
  /**
   * The logged text with its `{placeholders}`, or undefined if the argument is
   * not a string.
   */
  readonly text: string | undefined;
  /** Source of the first argument. */
  readonly source: string;
}

/**
 * Returns the calls of a file that log at level warn or error, or at a level
 * that the code chooses.
 */
export function logCallsIn(text: string): LogCall[] {
  const code = withoutComments(text);
  return Array.from(code.matchAll(CALL), (call) => {
    const source = firstArgument(code, call.index + call[0].length);
    return {
      level: call[1] ?? "chosen",
      text: LITERAL.test(source) ? literalText(source) : undefined,
      source: source.replace(/\s+/g, " ").trim(),
    };
  });
}

/** `log.warn(`, `this.#log.error(`, `log?.warn(`, `log[level](`. */
const CALL = /\blog(?:ger)?(?:\?|!)?(?:\.(warn|error)|\[(?!0)[^\]\n]*\])\(\s*/g;

/** Strings and templates that are joined by `+`. */
const LITERAL =
  /^(\s*\+?\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`))+\s*$/;

/** Joins the strings; a value of a template becomes a placeholder. */
function literalText(source: string): string {
  const parts = source.matchAll(
    /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g,
  );
  return Array.from(parts, ([, a, b, c]) => a ?? b ?? c ?? "").join("")
    .replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "{…}")
    .replace(/\\(.)/g, "$1");
}

/** Blanks comments, so that offsets stay. */
function withoutComments(text: string): string {
  let code = text;
  for (const { kind, start, end } of scanTypeScript(text)) {
    if (kind !== "comment") continue;
    const blank = text.slice(start, end).replace(/[^\n]/g, " ");
    code = code.slice(0, start) + blank + code.slice(end);
  }
  return code;
}

/** Returns the source from `start` up to the comma or parenthesis after it. */
function firstArgument(code: string, start: number): string {
  const strings = scanTypeScript(code.slice(start));
  let depth = 0;
  for (let at = start; at < code.length; at++) {
    const string = strings.find((s) => s.start === at - start);
    if (string !== undefined) at = start + string.end;
    const char = code[at]!;
    if ("([{".includes(char)) depth++;
    else if (")]}".includes(char) && depth-- === 0) {
      return code.slice(start, at);
    } else if (char === "," && depth === 0) return code.slice(start, at);
  }
  return code.slice(start);
}
