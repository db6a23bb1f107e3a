import { CaryatidError } from "@caryatid/sdk";
import type {
  BusConfig,
  ModuleConfig,
} from "@caryatid/process/internal/config";
import {
  resolveSpecifier,
  standardImport,
} from "@caryatid/process/internal/inspection";
import type { Kind, Task } from "./inspection.ts";

/** Returns the task that inspects a module or bus of the configuration. */
export function taskOf(kind: Kind, config: ModuleConfig | BusConfig): Task {
  const { id, className, path, integrity, base } = config;
  return {
    kind,
    id,
    className,
    path,
    section: "section" in config ? config.section : config.settings,
    globalKeys: "globalKeys" in config ? [...config.globalKeys] : [],
    specifier: specifierOf(kind, config),
    import: config.import,
    integrity,
    base: base?.href,
  };
}

/**
 * Returns the specifier to import: absolute, unless the import map resolves it.
 * Standard classes are resolved here, by the import map of this package.
 */
export function specifierOf(
  kind: Kind,
  { import: specifier, base, className }: ModuleConfig | BusConfig,
): string | undefined {
  if (specifier === undefined) {
    const standard = standardImport(kind, className);
    return standard?.startsWith("jsr:")
      ? standard
      : standard && import.meta.resolve(standard);
  }
  try {
    return resolveSpecifier({ specifier, base });
  } catch (error) {
    // The inspector finds the same error and reports it.
    if (error instanceof CaryatidError) return specifier;
    throw error;
  }
}
