import type { TopicUse } from "@caryatid/sdk";

/** A module or topic. */
export interface Box {
  readonly id: string;
  readonly kind: "module" | "topic";
  readonly text: string;
  /** True for a module in a worker or in a separate process. */
  readonly isolated?: boolean;
}

/**
 * Meaning of a line: a module uses a topic; a key of a module names a topic
 * (`key`); a topic overlaps a pattern that others receive (`match`).
 */
export type LineKind = TopicUse | "key" | "match";

/** A line, in the direction of the messages. */
export interface Line {
  readonly from: string;
  readonly to: string;
  readonly kind: LineKind;
  readonly text: string;
}

/** Contents of a graph, without positions. */
export interface Drawing {
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  /** Frames around boxes; no box is in two of them. */
  readonly groups?: readonly Group[];
}

/** A process with its modules, or buses with the topics that they carry. */
export interface Group {
  readonly kind: "process" | "bus";
  readonly name: string;
  /** Ids of boxes; a bus may have none. */
  readonly boxes: readonly string[];
}
