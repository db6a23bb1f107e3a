import type { Box, Drawing, Group, Line } from "./drawing.ts";

/** Box in a column. A module that sends and receives is in two columns. */
export interface ColumnBox {
  readonly box: Box;
  readonly column: Column;
}

/** Column of a drawing, from left to right. */
export type Column = "senders" | "topics" | "receivers";

/** Frame with its boxes in one column; a lone box has no group. */
export interface Frame {
  readonly group: Group | undefined;
  readonly boxes: readonly Box[];
}

/** Order of the columns. */
export const COLUMNS: readonly Column[] = ["senders", "topics", "receivers"];

/** Number of times that each column is sorted by its neighbors. */
const SWEEPS = 6;

/** Boxes of a column in groups, from top to bottom. */
export type Columns = Readonly<Record<Column, readonly Frame[]>>;

/**
 * Distributes boxes: modules that send to the left, topics to the middle,
 * modules that receive to the right. Orders them so that few lines cross: each
 * box near the mean of those that it is connected to, the boxes of one group
 * together.
 */
export function columnsOf(drawing: Drawing): Columns {
  let columns = unordered(drawing);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    columns = { ...columns, topics: sorted("topics", columns, drawing.lines) };
    columns = {
      ...columns,
      senders: sorted("senders", columns, drawing.lines),
      receivers: sorted("receivers", columns, drawing.lines),
    };
  }
  return columns;
}

function unordered({ boxes, lines, groups = [] }: Drawing): Columns {
  const from = new Set(lines.map(({ from }) => from));
  const to = new Set(lines.map(({ to }) => to));
  const modules = boxes.filter(({ kind }) => kind === "module");
  const topics = boxes.filter(({ kind }) => kind === "topic");
  const receivers = modules.filter(({ id }) => to.has(id));
  const senders = modules.filter(({ id }) => from.has(id) || !to.has(id));
  return {
    senders: framed(senders, groups, "process"),
    topics: framed(topics, groups, "bus"),
    receivers: framed(receivers, groups, "process"),
  };
}

function framed(
  boxes: readonly Box[],
  groups: readonly Group[],
  kind: Group["kind"],
): Frame[] {
  const frames = groups.filter((group) => group.kind === kind)
    .map((group): Frame => ({
      group,
      boxes: boxes.filter(({ id }) => group.boxes.includes(id)),
    }))
    .filter(({ group, boxes }) => boxes.length > 0 || group!.kind === "bus");
  const placed = new Set(frames.flatMap(({ boxes }) => boxes));
  const alone = boxes.filter((box) => !placed.has(box));
  return [
    ...frames,
    ...alone.map((box) => ({ group: undefined, boxes: [box] })),
  ];
}

function sorted(
  column: Column,
  columns: Columns,
  lines: readonly Line[],
): Frame[] {
  const near = neighborsOf(column, columns, lines);
  const frames = columns[column].map((frame): Frame => ({
    ...frame,
    boxes: byMean(frame.boxes, ({ id }) => near.get(id) ?? []),
  }));
  return byMean(
    frames,
    ({ boxes }) => boxes.flatMap(({ id }) => near.get(id) ?? []),
  );
}

/** Returns the places of the boxes that each box is connected to. */
function neighborsOf(
  column: Column,
  columns: Columns,
  lines: readonly Line[],
): Map<string, number[]> {
  const near = new Map<string, number[]>();
  const others = column === "topics" ? COLUMNS : (["topics"] as const);
  for (const other of others) {
    const boxes = columns[other].flatMap(({ boxes }) => boxes);
    const places = new Map(
      boxes.map(({ id }, index) => [id, (index + 0.5) / boxes.length]),
    );
    const ends = lines.flatMap(({ from, to }) => [[from, to], [to, from]]);
    for (const [id, end] of ends) {
      const place = places.get(end!);
      if (place !== undefined) near.set(id!, [...near.get(id!) ?? [], place]);
    }
  }
  return near;
}

/** Sorts by the mean of places; items without places keep theirs. */
function byMean<T>(
  items: readonly T[],
  placesOf: (item: T) => readonly number[],
): T[] {
  return items.map((item, index) => {
    const places = placesOf(item);
    const mean = places.length === 0
      ? (index + 0.5) / items.length
      : places.reduce((sum, place) => sum + place, 0) / places.length;
    return { item, mean };
  }).sort((a, b) => a.mean - b.mean).map(({ item }) => item);
}
