import type { TopicUse } from "@caryatid/sdk";
import type { Inspection } from "./inspection/inspection.ts";
import type { Part } from "./subject.ts";

/** A pattern that a module declares. */
export interface DeclaredUse {
  readonly id: string;
  readonly use: TopicUse;
  readonly pattern: string;
  /** The key of its section that names it; the section where none does. */
  readonly key: readonly string[];
}

/** All that modules declare for one use, but for what is only between modules that know each other. */
export function declaredUses(
  parts: readonly Part[],
  use: TopicUse,
): DeclaredUse[] {
  return parts.flatMap(({ config: { id, path }, inspection }) =>
    publicPatterns(inspection, use).map((pattern) => ({
      id,
      use,
      pattern,
      key: [...path, ...keyOf(inspection, pattern)],
    }))
  );
}

/**
 * Without topics such as `rest._routes.wanted`: a word that begins with `_` marks what modules say among themselves, and do without
 * where nobody is there.
 */
export function publicPatterns(
  { declared }: Inspection,
  use: TopicUse,
): readonly string[] {
  const all = new Set(declared?.[use]);
  return [...all].filter((pattern) => !/(^|\.)_/.test(pattern));
}

function keyOf({ topics }: Inspection, pattern: string): readonly string[] {
  return topics.find(({ topic }) => topic === pattern)?.key.split(".") ?? [];
}
