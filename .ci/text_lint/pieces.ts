import { scanTypeScript } from "./scan_typescript.ts";

/** A text that people read, within a file. */
export interface Piece {
  readonly kind: "comment" | "string" | "markdown" | "heading";
  /** Offset of the text in the file. */
  readonly start: number;
  /** The text; code and markup are blanked, so that offsets stay. */
  readonly text: string;
  /** True if the first word is one of a docstring, test name or heading. */
  readonly opens: boolean;
}

/** Returns the texts of a file that people read; its name says the language. */
export function piecesOf(file: string, text: string): Piece[] {
  return file.endsWith(".md") ? markdownPieces(text) : typeScriptPieces(text);
}

function typeScriptPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  for (const { kind, start, end } of scanTypeScript(text)) {
    const source = text.slice(start, end);
    if (kind === "string") {
      if (!PROSE.test(source)) continue;
      const opens = TEST_CALL.test(text.slice(Math.max(0, start - 80), start));
      pieces.push({ kind, start, text: withoutCode(source), opens });
    } else if (source.startsWith("/*")) {
      const opens = source.startsWith("/**");
      const bare = source.replace(/^\/\*\*?|\*\/$|^[ \t]*\*/gm, spaces);
      pieces.push({ kind, start, text: withoutCode(bare), opens });
    } else {
      const bare = source.replace(/^[ \t]*\/\/+/gm, spaces);
      pieces.push({ kind, start, text: withoutCode(bare), opens: false });
    }
  }
  return pieces;
}

/** At least two words in a row: the rest are keys, topics and specifiers. */
const PROSE = /[a-z]{2,}[,;:.]? [a-z]/i;
/** The code before the name of a test or step. */
const TEST_CALL = /\.(test|step)\(\s*["`']?$/;

function markdownPieces(text: string): Piece[] {
  const bare = withoutCode(
    text.replace(/<!--[^]*?-->/g, blank)
      .replace(/(?<=\])\([^)\s]*\)|<[^>\n]*>/g, blank),
  );
  const pieces: Piece[] = [
    { kind: "markdown", start: 0, text: bare, opens: false },
  ];
  for (const match of bare.matchAll(HEADING)) {
    for (const cell of match[0].matchAll(/[^|#\n]+/g)) {
      const start = match.index + cell.index;
      pieces.push({ kind: "heading", start, text: cell[0], opens: true });
    }
  }
  return pieces;
}

/** A heading, or the line above the rule of a table. */
const HEADING = /^#+ .*$|^\|.*\|$(?=\n\|[ :|-]+\|$)/gm;

/** Blanks fenced blocks, code spans and links to symbols. */
function withoutCode(text: string): string {
  return text
    .replace(/^[ \t]*(`{3,})[^]*?^[ \t]*\1/gm, blank)
    .replace(/`[^`]*`|\{@\w+[^}]*\}/g, blank);
}

/** Replaces code by a character that separates phrases; lines stay. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, "\u00a7");
}

/** Replaces comment marks by spaces, so that phrases can cross lines. */
function spaces(text: string): string {
  return " ".repeat(text.length);
}
