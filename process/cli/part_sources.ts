import type { Part } from "./subject.ts";

/** What a program has to import for its modules and buses: specifiers, each once. */
export interface PartSources {
  /** Standard modules. */
  readonly modules: readonly string[];
  /** Standard buses. */
  readonly buses: readonly string[];
  /** What the configuration imports. */
  readonly imported: readonly string[];
  /** Those of them that have an `integrity`. */
  readonly pinned: readonly string[];
  /** Those of them that run apart from the process. */
  readonly isolated: readonly string[];
}

/** What a program has to import for these. */
export function partSources(parts: readonly Part[]): PartSources {
  const specifiersOf = (isWanted: (part: Part) => boolean) => [
    ...new Set(
      parts.filter(isWanted).flatMap(({ specifier }) => specifier ?? []),
    ),
  ];
  const isStandard = ({ config }: Part) => config.import === undefined;
  const isIsolated = ({ config }: Part) =>
    "isolation" in config && config.isolation !== "none";
  return {
    // One that is isolated is code for its guest.
    modules: specifiersOf((part) =>
      part.kind === "module" && isStandard(part) && !isIsolated(part)
    ),
    buses: specifiersOf((part) =>
      part.kind === "message-bus" && isStandard(part)
    ),
    imported: specifiersOf((part) => !isStandard(part)),
    pinned: specifiersOf(({ config }) => config.integrity !== undefined),
    isolated: specifiersOf(isIsolated),
  };
}
