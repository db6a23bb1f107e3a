import { harmless } from "../terminal/terminal.ts";
import type { Box, Drawing, Group, Line, LineKind } from "./drawing.ts";

/** Longest text of a box or line, in characters. */
const LONGEST = 200;

const FRAMES: Readonly<Record<Box["kind"], readonly [string, string]>> = {
  module: ["[", "]"],
  topic: ["([", "])"],
};

/**
 * Requests are thick, overlaps are dotted, and lines without a known direction
 * have no head.
 */
const ARROWS: Readonly<Record<LineKind, string>> = {
  publish: "-->",
  subscribe: "-->",
  request: "==>",
  handle: "==>",
  key: "---",
  match: "-.->",
};

/** Returns a drawing as lines of Mermaid text. */
export function mermaid({ boxes, lines, groups = [] }: Drawing): string[] {
  return [
    "flowchart LR",
    ...boxes.map(boxText),
    ...groups.flatMap(groupText),
    ...lines.map(lineText),
  ];
}

/** A frame around the modules of a process, or the topics of a bus. */
function groupText({ kind, name, boxes }: Group, index: number): string[] {
  const text = kind === "process" ? `process ${name}` : `bus ${name}`;
  if (boxes.length === 0) return [`  g${index}[(${label(text)})]`];
  return [
    `  subgraph g${index}[${label(text)}]`,
    ...boxes.map((id) => `    ${id}`),
    "  end",
  ];
}

function boxText({ id, kind, text, isolated }: Box): string {
  const [open, close] = isolated ? ["[[", "]]"] : FRAMES[kind];
  return `  ${id}${open}${label(text)}${close}`;
}

function lineText({ from, to, kind, text }: Line): string {
  const caption = text === "" ? "" : `|${label(text)}|`;
  return `  ${from} ${ARROWS[kind]}${caption} ${to}`;
}

/** Quotes a text for Mermaid and escapes its marks. */
function label(text: string): string {
  const safe = harmless(text).slice(0, LONGEST).replace(
    /[^\p{L}\p{N} ._()/:-]/gu,
    (char) => `#${char.codePointAt(0)};`,
  );
  return `"${safe}"`;
}
