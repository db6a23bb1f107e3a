import type { MeasuredCurve } from "./curve.ts";

const WIDTH = 720;
const HEIGHT = 400;
/** The area of the plot. */
const LEFT = 80;
const RIGHT = 696;
const TOP = 72;
const BOTTOM = 344;
/** Colors follow the reader's scheme; lines also differ by their dashes. */
const STYLE = `svg{color-scheme:light dark;font:13px system-ui,sans-serif}
text{fill:#24292f}.grid{stroke:#d0d7de}.title{font-size:16px;font-weight:600}
.s0{stroke:#0969da;fill:#0969da}.s1{stroke:#bc4c00;fill:#bc4c00}
.s2{stroke:#6639ba;fill:#6639ba}.line{fill:none;stroke-width:2}
.s1.line{stroke-dasharray:7 4}.s2.line{stroke-dasharray:2 4}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#3d444d}
.s0{stroke:#58a6ff;fill:#58a6ff}.s1{stroke:#f0883e;fill:#f0883e}
.s2{stroke:#bc8cff;fill:#bc8cff}.line{fill:none}}`;

/** Draws a curve with logarithmic axes. It is readable on dark and on light. */
export function drawCurve(curve: MeasuredCurve): string {
  const { sizes } = curve;
  const [from, to] = [Math.min(...sizes), Math.max(...sizes)];
  const across = new LogAxis(from, to, LEFT, RIGHT);
  const decades = decadesAround(Object.values(curve.series).flat());
  const up = new LogAxis(decades[0]!, decades.at(-1)!, BOTTOM, TOP);
  const middle = (LEFT + RIGHT) / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${escape(curve.title)}</title>`,
    `<style>${STYLE}</style>`,
    text(LEFT, 24, curve.title, 'class="title"'),
    ...legend(Object.keys(curve.series)),
    ...sizes.flatMap((value) => [
      line(across.at(value), TOP, across.at(value), BOTTOM),
      text(across.at(value), BOTTOM + 20, short(value), MIDDLE),
    ]),
    ...decades.flatMap((value) => [
      line(LEFT, up.at(value), RIGHT, up.at(value)),
      text(LEFT - 8, up.at(value) + 4, short(value), 'text-anchor="end"'),
    ]),
    text(middle, HEIGHT - 14, curve.x, MIDDLE),
    text(
      20,
      (TOP + BOTTOM) / 2,
      curve.y,
      `${MIDDLE} transform="rotate(-90 20 ${(TOP + BOTTOM) / 2})"`,
    ),
    ...Object.values(curve.series).flatMap((each, i) =>
      drawSeries(curve.sizes.map((x, j) => [across.at(x), up.at(each[j]!)]), i)
    ),
    "</svg>\n",
  ].join("\n");
}

const MIDDLE = 'text-anchor="middle"';

/** Logarithms between two values, as positions between two ends. */
class LogAxis {
  readonly #from: number;
  readonly #to: number;
  readonly #start: number;
  readonly #end: number;

  constructor(from: number, to: number, start: number, end: number) {
    this.#from = Math.log10(from);
    this.#to = Math.log10(to);
    this.#start = start;
    this.#end = end;
  }

  /** Position of a value. */
  at(value: number): number {
    const share = (Math.log10(value) - this.#from) / (this.#to - this.#from);
    return round(this.#start + share * (this.#end - this.#start));
  }
}

/** Powers of ten, from below the least value to above the largest. */
function decadesAround(values: readonly number[]): readonly number[] {
  const from = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const to = Math.ceil(Math.log10(Math.max(...values)) - 1e-9);
  const count = Math.max(to, from + 1) - from + 1;
  return Array.from({ length: count }, (_, i) => 10 ** (from + i));
}

function drawSeries(points: readonly number[][], i: number): string[] {
  const path = points.map(([x, y]) => `${x},${y}`).join(" ");
  return [
    `<polyline class="s${i} line" points="${path}"/>`,
    ...points.map(([x, y]) =>
      `<circle class="s${i}" cx="${x}" cy="${y}" r="3.5"/>`
    ),
  ];
}

function legend(names: readonly string[]): string[] {
  let x = LEFT;
  return names.flatMap((name, i) => {
    const start = x;
    x += 50 + name.length * 7;
    return [
      `<path class="s${i} line" d="M${start} 46h26"/>`,
      text(start + 32, 50, name),
    ];
  });
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<path class="grid" d="M${x1} ${y1}L${x2} ${y2}"/>`;
}

function text(x: number, y: number, content: string, more = ""): string {
  return `<text x="${x}" y="${y}"${more && ` ${more}`}>${
    escape(content)
  }</text>`;
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** 1000 is 1k, 1,000,000 is 1M. */
function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  if (value >= 1e3) return `${value / 1e3}k`;
  return String(Number(value.toPrecision(1)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
