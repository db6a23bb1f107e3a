import { type Column, COLUMNS, columnsOf, type Frame } from "./columns.ts";
import type { Box, Drawing, Group, Line } from "./drawing.ts";
import { legendOf } from "./legend.ts";
import { shortened, widthOf } from "./text_width.ts";

/** Position in pixels, from the upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Area of an element; `x` and `y` are its center. */
export interface Place extends Point {
  readonly width: number;
  readonly height: number;
}

/** A box with its area and the part of its text that fits. */
export interface PlacedBox extends Box, Place {
  readonly shown: string;
}

/** A line from one point to another; the area is that of its text. */
export interface PlacedLine extends Line, Place {
  readonly shown: string;
  readonly start: Point;
  readonly end: Point;
  /** Horizontal position through which the line bends. */
  readonly bend: number;
}

/** A frame with its area. */
export interface PlacedGroup extends Place {
  readonly kind: Group["kind"];
  readonly shown: string;
}

/** Heading of a column; `x` and `y` are its center. */
export interface Heading extends Point {
  readonly text: Column;
}

/** Line of the legend; `x` is its left end. */
export interface Note extends Point {
  readonly text: string;
}

/** A drawing with positions. */
export interface PlacedDrawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly lines: readonly PlacedLine[];
  readonly groups: readonly PlacedGroup[];
  readonly headings: readonly Heading[];
  /** Meaning of lines and frames; `x` is the left end. */
  readonly notes: readonly Note[];
}

/** Height of a box, and of a line of text, in pixels. */
const BOX_HEIGHT = 32;
const TEXT_HEIGHT = 16;
/** Space between boxes, frames and columns, in pixels. */
const BOX_GAP = 12;
const FRAME_GAP = 20;
const COLUMN_GAP = 120;
/** Space around the drawing, and between text and frame, in pixels. */
const MARGIN = 16;
const PADDING = 12;
/** Height of headings, of the name of a frame and of a note, in pixels. */
const HEADING = 32;
const NAME = 26;
const NOTE_HEIGHT = 18;

/**
 * Lays out boxes in three columns in the direction of the messages, which fit
 * the width of a page.
 */
export function placed(drawing: Drawing): PlacedDrawing {
  if (drawing.boxes.length === 0 && !drawing.groups?.length) {
    return {
      width: 0,
      height: 0,
      boxes: [],
      lines: [],
      groups: [],
      headings: [],
      notes: [],
    };
  }
  const columns = columnsOf(drawing);
  const used = COLUMNS.filter((name) => columns[name].length > 0);
  const tallest = Math.max(...used.map((name) => heightOf(columns[name])));
  const placedColumns: PlacedColumn[] = [];
  let x = MARGIN;
  for (const name of used) {
    const width = columnWidth(columns[name]);
    const top = MARGIN + HEADING + (tallest - heightOf(columns[name])) / 2;
    placedColumns.push(placedColumn(name, columns[name], x, top, width));
    x += width + COLUMN_GAP;
  }
  const bottom = MARGIN + HEADING + tallest + FRAME_GAP;
  const notes = legendOf(drawing).map((text, index): Note => ({
    text,
    x: MARGIN,
    y: bottom + (index + 0.5) * NOTE_HEIGHT,
  }));
  return {
    width: Math.max(
      x - COLUMN_GAP,
      ...notes.map(({ text }) => MARGIN + widthOf(text)),
    ) + MARGIN,
    height: notes.length === 0
      ? bottom
      : bottom + notes.length * NOTE_HEIGHT + MARGIN,
    boxes: placedColumns.flatMap(({ boxes }) => boxes),
    lines: placedLines(drawing.lines, placedColumns),
    groups: placedColumns.flatMap(({ groups }) => groups),
    headings: placedColumns.map(({ heading }) => heading),
    notes,
  };
}

interface PlacedColumn {
  readonly name: Column;
  readonly boxes: readonly PlacedBox[];
  readonly groups: readonly PlacedGroup[];
  readonly heading: Heading;
}

function placedColumn(
  name: Column,
  frames: readonly Frame[],
  left: number,
  top: number,
  width: number,
): PlacedColumn {
  const boxes: PlacedBox[] = [];
  const groups: PlacedGroup[] = [];
  const x = left + width / 2;
  let y = top;
  for (const frame of frames) {
    const height = frameHeight(frame);
    const { group } = frame;
    if (group !== undefined) {
      const shown = shortened(`${group.kind} ${group.name}`);
      groups.push({
        kind: group.kind,
        shown,
        x,
        y: y + height / 2,
        width,
        height,
      });
    }
    let boxTop = y + (group === undefined ? 0 : NAME);
    for (const box of frame.boxes) {
      const shown = shortened(box.text);
      boxes.push({
        ...box,
        shown,
        x,
        y: boxTop + BOX_HEIGHT / 2,
        width: widthOf(shown) + 2 * PADDING,
        height: BOX_HEIGHT,
      });
      boxTop += BOX_HEIGHT + BOX_GAP;
    }
    y += height + FRAME_GAP;
  }
  const heading = { text: name, x, y: MARGIN + HEADING / 2 - PADDING / 2 };
  return { name, boxes, groups, heading };
}

function heightOf(frames: readonly Frame[]): number {
  return frames.reduce((sum, frame) => sum + frameHeight(frame), 0) +
    FRAME_GAP * (frames.length - 1);
}

function frameHeight({ group, boxes }: Frame): number {
  const inner = boxes.length === 0
    ? 0
    : boxes.length * (BOX_HEIGHT + BOX_GAP) - BOX_GAP;
  if (group === undefined) return inner;
  return NAME + inner + (boxes.length === 0 ? 0 : PADDING);
}

function columnWidth(frames: readonly Frame[]): number {
  const widths = frames.flatMap(({ group, boxes }) => [
    ...boxes.map(({ text }) =>
      widthOf(shortened(text)) + (group === undefined ? 2 : 4) * PADDING
    ),
    group === undefined
      ? 0
      : widthOf(shortened(`${group.kind} ${group.name}`)) + 2 * PADDING,
  ]);
  return Math.max(...widths);
}

/** Distance of a bend from the boxes of its column, in pixels. */
const BEND = 24;
/** Space between two lines with the same ends, in pixels. */
const LINE_GAP = 7;

function placedLines(
  lines: readonly Line[],
  columns: readonly PlacedColumn[],
): PlacedLine[] {
  const at = (name: Column, id: string) =>
    columns.find((column) => column.name === name)?.boxes.find((box) =>
      box.id === id
    );
  const drawn = new Map<string, number>();
  const widest = new Map(columns.map(({ boxes, heading }) => [
    heading.x,
    Math.max(0, ...boxes.map(({ width }) => width)),
  ]));
  return lines.flatMap((line) => {
    const from = at("senders", line.from) ?? at("topics", line.from) ??
      at("receivers", line.from);
    const to = (line.kind === "key" ? undefined : at("receivers", line.to)) ??
      at("topics", line.to) ?? at("senders", line.to);
    if (from === undefined || to === undefined) return [];
    const ends = `${line.from} ${line.to}`;
    const before = drawn.get(ends) ?? 0;
    drawn.set(ends, before + 1);
    const offset = before * LINE_GAP % BOX_HEIGHT / 2;
    const start = { x: from.x + from.width / 2, y: from.y + offset };
    const isWithin = from.x === to.x;
    const end = {
      x: to.x + (isWithin ? to.width / 2 : -to.width / 2),
      y: to.y + offset,
    };
    // A line within a column goes around the boxes between, on the right.
    const bend = isWithin
      ? from.x + widest.get(from.x)! / 2 + BEND
      : (start.x + end.x) / 2;
    const shown = line.kind === "key" ? shortened(line.text) : "";
    return {
      ...line,
      shown,
      start,
      end,
      bend,
      x: (start.x + end.x) / 2,
      y: (start.y + end.y) / 2,
      width: widthOf(shown),
      height: shown === "" ? 0 : TEXT_HEIGHT,
    };
  });
}
