import { isTable } from "../../config/tables.ts";
import type { TopicKey } from "./inspection.ts";

const NAMES =
  /(^|[-_])((topics?|patterns?)\d*|subscribe|publish|request|handle)$/;
const DEEPEST = 4;
const MOST = 1_000;

/** Finds the keys of a checked section that name topics: `topic`, `status-topic`, `subscribe` and their like. */
export function topicKeys(section: unknown): TopicKey[] {
  const found: TopicKey[] = [];
  collect(section, [], found);
  return found;
}

function collect(
  value: unknown,
  path: readonly string[],
  found: TopicKey[],
): void {
  if (!isTable(value) || path.length >= DEEPEST) return;
  for (const [key, below] of Object.entries(value)) {
    const at = [...path, key];
    if (!NAMES.test(key)) {
      collect(below, at, found);
      continue;
    }
    const topics = Array.isArray(below) ? below : [below];
    for (const topic of topics) {
      if (typeof topic !== "string" || found.length >= MOST) continue;
      found.push({ key: at.join("."), topic });
    }
  }
}
