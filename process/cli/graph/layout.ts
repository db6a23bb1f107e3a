import { Graph, layout } from "@dagrejs/dagre";
import type { Box, Drawing, Line } from "./drawing.ts";
import { HEIGHT, shortened, widthOf } from "./text_size.ts";

/** In pixels, from the upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What something takes; `x` and `y` are its middle. */
export interface Place extends Point {
  readonly width: number;
  readonly height: number;
}

/** A box, and what of its text there is room for. */
export interface PlacedBox extends Box, Place {
  readonly shown: string;
}

/** A line through points; the place is that of its text. */
export interface PlacedLine extends Line, Place {
  readonly shown: string;
  readonly points: readonly Point[];
}

/** A drawing in which all has its place. */
export interface PlacedDrawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly lines: readonly PlacedLine[];
}

/** Around all, and between text and frame. In pixels. */
const MARGIN = 16;
const PADDING = 12;

/** Finds a place for each box, from left to right as messages go, and a way for each line around them. */
export function placed({ boxes, lines }: Drawing): PlacedDrawing {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: "LR",
    nodesep: 24,
    ranksep: 32,
    edgesep: 16,
    marginx: MARGIN,
    marginy: MARGIN,
  });
  for (const { id, text } of boxes) {
    graph.setNode(id, {
      width: widthOf(shortened(text)) + 2 * PADDING,
      height: HEIGHT + 2 * PADDING,
    });
  }
  for (const [index, { from, to, text }] of lines.entries()) {
    const size = text === ""
      ? { width: 0, height: 0 }
      : { width: widthOf(shortened(text)), height: HEIGHT };
    graph.setEdge(from, to, { ...size, labelpos: "c" }, String(index));
  }
  layout(graph);
  // Of no boxes at all it makes no size.
  const { width = 0, height = 0 } = boxes.length > 0 ? graph.graph() : {};
  return {
    width,
    height,
    boxes: boxes.map((box) => {
      const { x, y, width, height } = graph.node(box.id);
      return { ...box, shown: shortened(box.text), x, y, width, height };
    }),
    lines: lines.map((line, index) => {
      const edge = graph.edge(line.from, line.to, String(index));
      const { points, x, y, width, height } = edge;
      const shown = shortened(line.text);
      return { ...line, shown, points, x, y, width, height };
    }),
  };
}
