import type { PermissionRequest, Topics } from "@caryatid/sdk";
import type { ConfigProblem } from "@caryatid/process";
import type {
  BusConfig,
  ModuleConfig,
  Section,
} from "@caryatid/process/internal/config";
import { dottedKey } from "@caryatid/process/internal/inspection";

/** Table of the configuration: `[module.<id>]` or `[message-bus.<id>]`. */
export type Kind = "module" | "message-bus";

/**
 * A module or bus to inspect. JSON can hold it except for dates and unusual
 * numbers: see `section_text.ts`.
 */
export interface Task {
  readonly kind: Kind;
  readonly id: string;
  readonly className: string;
  /** Specifier to import; undefined for a built-in bus or an unknown class. */
  readonly specifier: string | undefined;
  /** `import` as the configuration has it, relative to `base`. */
  readonly import: string | undefined;
  readonly integrity: string | undefined;
  readonly base: string | undefined;
  readonly path: readonly string[];
  readonly section: Section["section"];
  readonly globalKeys: readonly string[];
  /** True if the code runs in a worker or a separate process (false). */
  readonly isolated?: boolean;
  /** True if the inspection lists the keys of the section, too (false). */
  readonly listsKeys?: boolean;
}

/** A problem whose place in the files has not been looked up yet. */
export interface Finding {
  readonly code: string;
  readonly key: readonly string[];
  /** The key as messages show it; `key` joined by dots unless set. */
  readonly dotted?: string | undefined;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A problem with its error code. */
export interface CodedProblem extends ConfigProblem {
  readonly code: string;
}

/** A key of a checked section that names a topic or a pattern. */
export interface TopicKey {
  /** Dotted, within the section. */
  readonly key: string;
  readonly topic: string;
}

/** Result of inspecting a module or bus. */
export interface Inspection {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Permissions that the code requests. */
  readonly permissions: PermissionRequest;
  /**
   * Topics that a module declares; undefined if it declares none, or its
   * section is wrong.
   */
  readonly declared?: Topics | undefined;
  readonly topics: readonly TopicKey[];
  /** JSON Schema of the section, if the code can list its keys. */
  readonly keys?: unknown;
  /** The specifier as the import map of the project resolves it. */
  readonly resolved?: string | undefined;
  readonly problems: readonly Finding[];
  readonly notices: readonly Finding[];
}

/** A module or bus of the configuration with the result of its inspection. */
export interface Part {
  readonly kind: Kind;
  readonly config: ModuleConfig | BusConfig;
  /**
   * Specifier to import: absolute, unless the import map resolves it; undefined
   * for built-in code.
   */
  readonly specifier: string | undefined;
  readonly inspection: Inspection;
}

/** True if the code of a part runs in a worker or a separate process. */
export function isIsolated({ config }: Part): boolean {
  return config.isolation !== "none";
}

/** Returns the name of a part in messages: `module.clock`. */
export function partName(
  { kind, config: { id } }: Pick<Part, "kind" | "config">,
): string {
  return `${kind}.${id}`;
}

/** Beginning of the lines that an inspection reports. */
export const REPORT = "caryatid-inspection:";

/** Returns an inspection that consists of one problem. */
export function failedInspection(problem: Finding): Inspection {
  return { permissions: {}, topics: [], problems: [problem], notices: [] };
}

/**
 * Returns `LOAD_FAILED` with the message that the process itself would report.
 */
export function loadProblem(
  { path, import: written, specifier }: Pick<
    Task,
    "path" | "import" | "specifier"
  >,
  reason: string,
): Finding {
  const key = [...path, "import"];
  return {
    code: "LOAD_FAILED",
    key,
    dotted: dottedKey(key),
    message: `Cannot load [${path.join(".")}] from ` +
      `"${written ?? specifier}": ${reason}`,
    hint:
      "Move what the file does into init of the module: the file only defines it.",
  };
}
