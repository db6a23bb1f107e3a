import { variableName } from "@caryatid/process/internal/config";
import type { Part } from "../inspection/inspection.ts";
import type { CheckedConfig } from "../review/checked_config.ts";

/**
 * Returns the variables that a process of this configuration looks up. The
 * process itself may read variables of the prefix, but Deno does not let it
 * list them.
 *
 * These are the variables that are set here. If the inspections have listed
 * the keys of modules and buses, the process runs elsewhere, and these are the
 * variables of those keys.
 */
export function lookedUpVariables(checked: CheckedConfig): readonly string[] {
  const { config: { envPrefix, variables }, parts } = checked;
  if (!parts.some(({ inspection }) => "keys" in inspection)) return variables;
  return parts.flatMap(keysOf)
    .flatMap((path) => variableName(envPrefix, path) ?? []);
}

function keysOf({ config: { path }, inspection }: Part): string[][] {
  return [...keysBelow(path, inspection.keys)];
}

/** Yields the paths of the keys that a JSON Schema lists, without tables. */
function* keysBelow(
  path: readonly string[],
  schema: unknown,
): Generator<string[]> {
  const { properties = {} } = (schema ?? {}) as { properties?: object };
  for (const [key, below] of Object.entries(properties)) {
    const at = [...path, key];
    const isTable = typeof below === "object" && below?.properties;
    if (isTable) yield* keysBelow(at, below);
    else yield at;
  }
}
