import type { Drawing } from "./drawing.ts";

/** Returns the meaning of lines and frames that are not obvious, if present. */
export function legendOf({ boxes, lines }: Drawing): string[] {
  const kinds = new Set(lines.map(({ kind }) => kind));
  const notes: [isUsed: boolean, text: string][] = [
    [kinds.has("request") || kinds.has("handle"), "thick: requests"],
    [kinds.has("match"), "dotted: also received as this pattern"],
    [kinds.has("key"), "no arrow head: the key names the topic"],
    [boxes.some(({ isolated }) => isolated), "dashed frame: isolated"],
  ];
  return notes.flatMap(([isUsed, text]) => isUsed ? text : []);
}
