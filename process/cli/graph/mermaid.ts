import { harmless } from "../terminal.ts";
import type { Box, Drawing, Line, LineKind } from "./drawing.ts";

/** Longest text of a box or line, in characters. */
const LONGEST = 200;

const FRAMES: Readonly<Record<Box["kind"], readonly [string, string]>> = {
  module: ["[", "]"],
  topic: ["([", "])"],
  bus: ["[(", ")]"],
};

/** Requests are thick, what overlaps is dotted, and what has no known direction has no head. */
const ARROWS: Readonly<Record<LineKind, string>> = {
  publish: "-->",
  subscribe: "-->",
  request: "==>",
  handle: "==>",
  key: "---",
  match: "-.->",
  route: "-->",
};

/** A drawing as Mermaid text, line by line. */
export function mermaid({ boxes, lines }: Drawing): string[] {
  return ["flowchart LR", ...boxes.map(boxText), ...lines.map(lineText)];
}

function boxText({ id, kind, text }: Box): string {
  const [open, close] = FRAMES[kind];
  return `  ${id}${open}${label(text)}${close}`;
}

function lineText({ from, to, kind, text }: Line): string {
  const said = text === "" ? "" : `|${label(text)}|`;
  return `  ${from} ${ARROWS[kind]}${said} ${to}`;
}

/** Text as Mermaid takes it: in quotes, and none of its own marks. */
function label(text: string): string {
  const safe = harmless(text).slice(0, LONGEST).replace(
    /[^\p{L}\p{N} ._()/:-]/gu,
    (char) => `#${char.codePointAt(0)};`,
  );
  return `"${safe}"`;
}
