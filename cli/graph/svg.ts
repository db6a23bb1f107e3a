import { harmless } from "../terminal/terminal.ts";
import type { Drawing, LineKind } from "./drawing.ts";
import {
  type Heading,
  type Note,
  type Place,
  placed,
  type PlacedBox,
  type PlacedGroup,
  type PlacedLine,
  type Point,
} from "./layout.ts";
import { FONT_SIZE } from "./text_width.ts";

/**
 * Literal colors, since renderers other than browsers do not know variables;
 * they use the light ones.
 */
const STYLE = `
.caryatid { font: ${FONT_SIZE}px ui-monospace, monospace; }
.caryatid text { fill: #1f2328; text-anchor: middle; dominant-baseline: central; }
.caryatid .paper { fill: #ffffff; }
.caryatid .line { fill: none; stroke: #57606a; stroke-width: 1.5; marker-end: url(#caryatid-head); }
.caryatid .head { fill: #57606a; }
.caryatid .said { fill: #57606a; }
.caryatid .module { fill: #ddf4ff; stroke: #0969da; }
.caryatid .topic { fill: #fff8c5; stroke: #9a6700; }
.caryatid .isolated { stroke-width: 2; stroke-dasharray: 6 3; }
.caryatid .process { fill: #f6f8fa; stroke: #8c959f; }
.caryatid .bus { fill: #f0fbf3; stroke: #1a7f37; }
.caryatid .title { font-weight: bold; }
.caryatid .note { text-anchor: start; }
.caryatid .request, .caryatid .handle { stroke-width: 3; }
.caryatid .match { stroke-dasharray: 2 4; }
.caryatid .key { marker-end: none; }
@media (prefers-color-scheme: dark) {
.caryatid text { fill: #e6edf3; }
.caryatid .paper { fill: #0d1117; }
.caryatid .line { stroke: #9198a1; }
.caryatid .head { fill: #9198a1; }
.caryatid .said { fill: #9198a1; }
.caryatid .module { fill: #0c2d6b; stroke: #58a6ff; }
.caryatid .topic { fill: #4d2d00; stroke: #d29922; }
.caryatid .process { fill: #151b23; stroke: #656c76; }
.caryatid .bus { fill: #0b1f13; stroke: #3fb950; }
}`;

const VERBS: Readonly<Record<LineKind, string>> = {
  publish: "publishes on",
  subscribe: "goes to",
  request: "requests on",
  handle: "is handled by",
  key: "names",
  match: "reaches subscribers of",
};

/**
 * Returns a drawing as SVG: well-formed XML, readable on light and dark
 * backgrounds, with its content as text for screen readers.
 */
export function svg(drawing: Drawing, title: string): string {
  const { width, height, boxes, lines, groups, headings, notes } = placed(
    drawing,
  );
  const size = `${rounded(width)} ${rounded(height)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}"`,
    ` width="${rounded(width)}" height="${rounded(height)}"`,
    ` class="caryatid" role="img"`,
    ` aria-labelledby="caryatid-title caryatid-description">\n`,
    `<title id="caryatid-title">${escaped(title)}</title>\n`,
    `<desc id="caryatid-description">${description(drawing)}</desc>\n`,
    `<style>${STYLE}\n</style>\n`,
    `<defs><marker id="caryatid-head" viewBox="0 0 8 8" refX="7" refY="4"`,
    ` markerUnits="userSpaceOnUse" markerWidth="9" markerHeight="9"`,
    ` orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>\n`,
    `<rect class="paper" width="100%" height="100%"/>\n`,
    ...headings.map(headingOf),
    ...groups.map(groupOf),
    ...lines.map(pathOf),
    ...lines.map(captionOf),
    ...boxes.map(boxOf),
    ...notes.map(noteOf),
    "</svg>\n",
  ].join("");
}

function boxOf(box: PlacedBox): string {
  const { kind, text, shown, height, isolated } = box;
  const radius = kind === "topic" ? height / 2 : 2;
  const what = isolated ? `isolated ${kind}` : kind;
  return `<g><title>${escaped(`${what} ${text}`)}</title>` +
    `<rect class="${isolated ? `${kind} isolated` : kind}" ${around(box)}` +
    ` rx="${rounded(radius)}"/>` +
    `<text ${at(box)}>${escaped(shown)}</text></g>\n`;
}

function groupOf(group: PlacedGroup): string {
  const { kind, shown, x, y, height } = group;
  const title = { x, y: y - height / 2 + FONT_SIZE };
  return `<rect class="${kind}" ${around(group)} rx="6"/>` +
    `<text class="said title" ${at(title)}>${escaped(shown)}</text>\n`;
}

function headingOf({ text, ...point }: Heading): string {
  return `<text class="said" ${at(point)}>${text}</text>\n`;
}

function noteOf({ text, ...point }: Note): string {
  return `<text class="said note" ${at(point)}>${text}</text>\n`;
}

function pathOf({ kind, start, end, bend }: PlacedLine): string {
  const d = `M${pair(start)}C${pair({ x: bend, y: start.y })} ` +
    `${pair({ x: bend, y: end.y })} ${pair(end)}`;
  return `<path class="line ${kind}" d="${d}"/>\n`;
}

/**
 * Captions are above all lines and have a background, so that no line crosses
 * them.
 */
function captionOf(line: PlacedLine): string {
  const { shown } = line;
  if (shown === "") return "";
  return `<rect class="paper" ${around(line)}/>` +
    `<text class="said" ${at(line)}>${escaped(shown)}</text>\n`;
}

function description({ boxes, lines, groups = [] }: Drawing): string {
  const names = new Map(
    boxes.map(({ id, kind, text }) => [id, `${kind} ${text}`]),
  );
  const sentences = lines.map(({ from, to, kind }) =>
    `${names.get(from)} ${VERBS[kind]} ${names.get(to)}.`
  );
  const frames = groups.map(({ kind, name, boxes }) => {
    const inside = boxes.map((id) => names.get(id)).join(", ");
    return `${kind} ${name} contains ${inside || "nothing"}.`;
  });
  return escaped([...sentences, ...frames].join(" "));
}

function around({ x, y, width, height }: Place): string {
  const corner = at({ x: x - width / 2, y: y - height / 2 });
  return `${corner} width="${rounded(width)}" height="${rounded(height)}"`;
}

function at({ x, y }: Point): string {
  return `x="${rounded(x)}" y="${rounded(y)}"`;
}

function pair({ x, y }: Point): string {
  return `${rounded(x)} ${rounded(y)}`;
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/**
 * Escapes foreign text for XML, and replaces characters that XML cannot
 * contain.
 */
function escaped(text: string): string {
  return harmless(text.toWellFormed())
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
