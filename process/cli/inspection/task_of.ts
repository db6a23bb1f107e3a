import { CaryatidError } from "@caryatid/sdk";
import type { BusConfig, ModuleConfig } from "../../config/process_config.ts";
import { resolveSpecifier } from "../../loader.ts";
import { standardImport } from "../../standard_classes.ts";
import type { Kind, Task } from "./inspection.ts";

/** What to look into for a module or bus of the configuration. */
export function taskOf(
  kind: Kind,
  of: ModuleConfig | BusConfig,
): Task {
  const { id, className, path } = of;
  const section = "section" in of ? of.section : of.settings;
  const globalKeys = "globalKeys" in of ? [...of.globalKeys] : [];
  const specifier = specifierOf(kind, of);
  return {
    kind,
    id,
    className,
    path,
    section,
    globalKeys,
    specifier,
    import: of.import,
    integrity: of.integrity,
    base: of.base?.href,
  };
}

/** What is imported: absolute, unless the import map knows it. Standard classes are found here, where their import map is. */
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
    // Told where it is loaded: the inspector finds the same.
    if (error instanceof CaryatidError) return specifier;
    throw error;
  }
}
