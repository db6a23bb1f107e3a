import { scanTypeScript } from "./scan_typescript.ts";

/** Lines that keep their break: lists, tags, headings, tables, directives. */
const STARTS = /^([-*+] |\d+\. |@|#|\||>|deno-|```)/;
const DIRECTIVE = /deno-(lint|fmt|coverage)-ignore|@ts-|^\/\/\/ </;

/** A word; links to symbols and code spans have no break inside. */
const WORD = /(\{@[^}]*\}|`[^`]*`|[^\s`{]|[`{])+/g;

/**
 * Wraps the comments of a TypeScript file that have a line over `columns`. A
 * paragraph that is too wide is filled again; code in fences stays as it is.
 */
export function wrapComments(text: string, columns: number): string {
  let wrapped = "";
  let done = 0;
  for (const { kind, start, end } of scanTypeScript(text)) {
    if (kind !== "comment") continue;
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    const before = text.slice(lineStart, start);
    const comment = text.slice(start, end);
    const isWide = `${before}${comment}`.split("\n")
      .some((line) => line.length > columns);
    if (!isWide || DIRECTIVE.test(comment)) continue;
    const indent = /^ */.exec(before)![0];
    const lines = wrapComment(comment, indent, columns);
    if (lines === undefined) continue;
    // A comment behind code moves to the line above.
    const isBehind = before.trim() !== "";
    if (isBehind && (!comment.startsWith("//") || lineStart < done)) continue;
    wrapped += text.slice(done, isBehind ? lineStart : start) +
      (isBehind ? indent : "") + lines.join(`\n${indent}`) +
      (isBehind ? `\n${before.trimEnd()}` : "");
    done = end;
  }
  return wrapped + text.slice(done);
}

function wrapComment(
  comment: string,
  indent: string,
  columns: number,
): string[] | undefined {
  const isBlock = comment.startsWith("/**");
  if (!isBlock && !comment.startsWith("//")) return undefined;
  const body = isBlock
    ? comment.slice(3, -2).split("\n").map((line) =>
      line.replace(/^(\s*\*)? ?/, "").trimEnd()
    )
    : comment.split("\n").map((line) => line.trim().replace(/^\/\/ ?/, ""));
  if (isBlock && body.at(-1)!.trim() === "") body.pop();
  if (isBlock && body[0]!.trim() === "") body.shift();
  const prefix = isBlock ? " * " : "// ";
  const filled = fill(body, columns - indent.length - prefix.length)
    .map((line) => (prefix + line).trimEnd());
  return isBlock ? ["/**", ...filled, " */"] : filled;
}

/** Fills the paragraphs that have a line over `width`. */
function fill(lines: readonly string[], width: number): string[] {
  const result: string[] = [];
  let paragraph: string[] = [];
  let inFence = false;
  const flush = () => {
    result.push(...fillParagraph(paragraph, width));
    paragraph = [];
  };
  for (const line of lines) {
    const isFence = line.trimStart().startsWith("```");
    if (inFence || isFence || line.trim() === "") {
      flush();
      result.push(line);
      if (isFence) inFence = !inFence;
    } else {
      if (STARTS.test(line.trimStart())) flush();
      paragraph.push(line);
    }
  }
  flush();
  return result;
}

function fillParagraph(lines: readonly string[], width: number): string[] {
  if (lines.every((line) => line.length <= width)) return [...lines];
  const first = lines[0]!.trimStart();
  const margin = lines[0]!.length - first.length;
  const hanging = margin + (/^([-*+]|\d+\.) /.exec(first)?.[0].length ?? 0);
  const words = lines.join(" ").match(WORD) ?? [];
  const filled: string[] = [];
  let line = " ".repeat(margin) + words.shift()!;
  for (const word of words) {
    if (line.length + 1 + word.length <= width || STARTS.test(`${word} `)) {
      line += ` ${word}`;
    } else {
      filled.push(line);
      line = " ".repeat(hanging) + word;
    }
  }
  return [...filled, line];
}
