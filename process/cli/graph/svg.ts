import { harmless } from "../terminal.ts";
import type { Drawing, LineKind } from "./drawing.ts";
import {
  type Place,
  placed,
  type PlacedBox,
  type PlacedLine,
  type Point,
} from "./layout.ts";
import { FONT_SIZE } from "./text_size.ts";

/** As literal colours: who draws without a browser knows no variables, and takes the light ones. */
const STYLE = `
.caryatid { font: ${FONT_SIZE}px ui-monospace, monospace; }
.caryatid text { fill: #1f2328; text-anchor: middle; dominant-baseline: central; }
.caryatid .paper { fill: #ffffff; }
.caryatid .line { fill: none; stroke: #57606a; stroke-width: 1.5; marker-end: url(#caryatid-head); }
.caryatid .head { fill: #57606a; }
.caryatid .said { fill: #57606a; }
.caryatid .module { fill: #ddf4ff; stroke: #0969da; }
.caryatid .topic { fill: #fff8c5; stroke: #9a6700; }
.caryatid .bus { fill: #dafbe1; stroke: #1a7f37; stroke-width: 3; }
.caryatid .request, .caryatid .handle { stroke-width: 3; }
.caryatid .match { stroke-dasharray: 2 4; }
.caryatid .key { marker-end: none; }
.caryatid .route { stroke-dasharray: 8 4; }
@media (prefers-color-scheme: dark) {
.caryatid text { fill: #e6edf3; }
.caryatid .paper { fill: #0d1117; }
.caryatid .line { stroke: #9198a1; }
.caryatid .head { fill: #9198a1; }
.caryatid .said { fill: #9198a1; }
.caryatid .module { fill: #0c2d6b; stroke: #58a6ff; }
.caryatid .topic { fill: #4d2d00; stroke: #d29922; }
.caryatid .bus { fill: #033a16; stroke: #3fb950; }
}`;

const SAYS: Readonly<Record<LineKind, string>> = {
  publish: "publishes on",
  subscribe: "goes to",
  request: "requests on",
  handle: "is handled by",
  key: "names",
  match: "reaches who listens to",
  route: "is carried by",
};

/** A drawing as SVG: well-formed XML, readable on light and on dark, with its content in words for who doesn't see it. */
export function svg(drawing: Drawing, title: string): string {
  const { width, height, boxes, lines } = placed(drawing);
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
    ...lines.map(pathOf),
    ...lines.map(saidOf),
    ...boxes.map(boxOf),
    "</svg>\n",
  ].join("");
}

function boxOf(box: PlacedBox): string {
  const { kind, text, shown, height } = box;
  const radius = kind === "topic" ? height / 2 : kind === "bus" ? 6 : 2;
  return `<g><title>${escaped(`${kind} ${text}`)}</title>` +
    `<rect class="${kind}" ${around(box)} rx="${rounded(radius)}"/>` +
    `<text ${at(box)}>${escaped(shown)}</text></g>\n`;
}

function pathOf({ kind, points }: PlacedLine): string {
  return `<path class="line ${kind}" d="${curve(points)}"/>\n`;
}

/** Above all lines, and with paper around it: a text must not be crossed. */
function saidOf(line: PlacedLine): string {
  const { shown } = line;
  if (shown === "") return "";
  return `<rect class="paper" ${around(line)}/>` +
    `<text class="said" ${at(line)}>${escaped(shown)}</text>\n`;
}

/** Through the middles between the points, rounded at each point but the ends. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points.map(({ x, y }) => ({ x, y }));
  const last = rest.pop();
  if (first === undefined || last === undefined) return "";
  const bends = rest.map((bend, index) => {
    const next = rest[index + 1];
    const end = next === undefined
      ? last
      : { x: (bend.x + next.x) / 2, y: (bend.y + next.y) / 2 };
    return `Q${pair(bend)} ${pair(end)}`;
  });
  return `M${pair(first)}${bends.join("")}${
    bends.length === 0 ? `L${pair(last)}` : ""
  }`;
}

function description({ boxes, lines }: Drawing): string {
  const names = new Map(
    boxes.map(({ id, kind, text }) => [id, `${kind} ${text}`]),
  );
  const sentences = lines.map(({ from, to, kind }) =>
    `${names.get(from)} ${SAYS[kind]} ${names.get(to)}.`
  );
  return escaped(sentences.join(" "));
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

/** Text of others as text of XML, which has no way at all to write some characters. */
function escaped(text: string): string {
  return harmless(text.toWellFormed())
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
