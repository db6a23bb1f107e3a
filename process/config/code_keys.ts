import { platform } from "../platform/deno.ts";
import { INTEGRITY_FORM, isIntegrity } from "../platform/integrity.ts";
import type { Layers } from "./layers.ts";
import type { GrantsAround } from "./module_grants.ts";
import type {
  CodeSource,
  Isolation,
  IsolationConfig,
  Jail,
  ModuleGrants,
  ModuleLimits,
} from "./process_config.ts";
import type { Report, TableReader } from "./table_reader.ts";
import type { KeyPath } from "./tables.ts";

const ISOLATION: readonly Isolation[] = ["none", "worker", "process"];
const JAIL: readonly Jail[] = ["auto", "required", "off"];
const MIB = 1024 * 1024;
const MEMORY_MIB = 256;
const START_SECONDS = 10;
const HEARTBEAT_SECONDS = 3;

/** Limits of an isolated module by default. */
export const DEFAULT_LIMITS: ModuleLimits = {
  memory: MEMORY_MIB * MIB,
  startDeadline: START_SECONDS * 1000,
  publishRate: 0,
  messageSize: MIB,
  heartbeat: HEARTBEAT_SECONDS * 1000,
};

/**
 * Reads the source of the code of a module or bus: `import` and `integrity`.
 */
export function readCodeSource(
  reader: TableReader,
  layers: Layers,
  report: Report,
): CodeSource {
  const specifier = reader.text("import");
  const integrity = reader.text("integrity");
  if (specifier !== undefined && hasSecret(specifier)) {
    report.refuse(
      [...reader.path, "import"],
      "found a user or password in the URL; expected none",
      {
        hint: "Pass it to Deno in DENO_AUTH_TOKENS: here it would appear in " +
          "logs and in deno.lock.",
      },
    );
  } else if (integrity !== undefined) {
    checkIntegrity([...reader.path, "integrity"], integrity, specifier, report);
  }
  return {
    import: specifier,
    base: specifier === undefined
      ? undefined
      : layers.baseOf([...reader.path, "import"]),
    integrity,
  };
}

/** Reads `[isolation]`: the default of the key `jail` of modules and buses. */
export function readJail(root: TableReader): Jail {
  const isolation = root.reader("isolation");
  const jail = isolation.choice("jail", JAIL, "auto");
  isolation.end();
  return jail;
}

/**
 * Reads `isolation`, `jail`, `permissions` and `limits` of a module or bus.
 * `jail` is the default of its key.
 */
export async function readIsolation(
  reader: TableReader,
  layers: Layers,
  report: Report,
  jail: Jail,
): Promise<IsolationConfig> {
  const isolation = reader.choice("isolation", ISOLATION, "none");
  checkPlatform(reader, isolation, report);
  const ownJail = reader.value("jail") === undefined
    ? jail
    : reader.choice("jail", JAIL, jail);
  checkJail(reader, isolation, report);
  const around = { isolation, layers, report };
  return {
    isolation,
    jail: ownJail,
    permissions: await readPermissions(reader, around),
    limits: readLimits(reader, isolation, report),
  };
}

function checkIntegrity(
  path: KeyPath,
  integrity: string,
  specifier: string | undefined,
  report: Report,
): void {
  if (!isIntegrity(integrity)) {
    report.wrong(path, integrity, INTEGRITY_FORM, {
      hint: "Run caryatid integrity FILE, which prints it.",
    });
  } else if (specifier === undefined) {
    report.refuse(
      path,
      "found a hash of nothing; expected an import next to it",
    );
  } else if (!isFile(specifier)) {
    report.refuse(path, `found it next to "${specifier}"; expected one file`, {
      hint: "Pin packages and names of an import map by deno.lock.",
    });
  }
}

/**
 * Returns true for the specifier of a single file. A package has many files,
 * and only Deno resolves names of the import map.
 */
function isFile(specifier: string): boolean {
  return /^(\.{0,2}\/|file:|https?:)/i.test(specifier);
}

function hasSecret(specifier: string): boolean {
  const url = URL.parse(specifier);
  return url !== null && url.username + url.password !== "";
}

/**
 * Reports isolation on a platform without it: the module must not run
 * unisolated.
 */
function checkPlatform(
  { path }: TableReader,
  isolation: Isolation,
  report: Report,
): void {
  if (isolation === "none" || platform.isDeno) return;
  report.refuse(
    [...path, "isolation"],
    `found "${isolation}" on ${platform.name}, which isolates no modules; expected Deno`,
    { hint: "Run it with Deno, or remove isolation." },
  );
}

/** Reports a required jail if the code does not run in a separate process. */
function checkJail(
  reader: TableReader,
  isolation: Isolation,
  report: Report,
): void {
  if (isolation === "process" || reader.value("jail") !== "required") return;
  report.refuse(
    [...reader.path, "jail"],
    `found a required jail with isolation = "${isolation}"; ` +
      "expected a separate process, which a jail can hold",
    { hint: 'Write isolation = "process" above it, or remove jail.' },
  );
}

/**
 * Reads `permissions`. Loads the reader only if the key is set, because each
 * file lengthens a start.
 */
async function readPermissions(
  reader: TableReader,
  around: GrantsAround,
): Promise<ModuleGrants | undefined> {
  if (reader.value("permissions") === undefined) return undefined;
  const { readGrants } = await import("./module_grants.ts");
  return readGrants(reader.reader("permissions"), around);
}

/** Reads `limits` of a module or bus. */
function readLimits(
  reader: TableReader,
  isolation: Isolation,
  report: Report,
): ModuleLimits {
  const limits = reader.reader("limits");
  checkUse(limits, isolation, report);
  const read = {
    memory: limits.whole("memory", MEMORY_MIB, [1, 1_048_576]) * MIB,
    startDeadline: limits.seconds("start-deadline", START_SECONDS),
    publishRate: limits.whole("publish-rate", 0, [0, 1_000_000_000]),
    messageSize: limits.whole("message-size", MIB, [1, 1024 * MIB]),
    heartbeat: limits.seconds("heartbeat", HEARTBEAT_SECONDS),
  };
  limits.end();
  return read;
}

/** Reports limits that would have no effect. */
function checkUse(
  limits: TableReader,
  isolation: Isolation,
  report: Report,
): void {
  const kind = limits.path[0] === "message-bus" ? "bus" : "module";
  if (isolation === "none" && Object.keys(limits.table).length > 0) {
    report.notice(
      limits.path,
      `found limits of a ${kind} that is not isolated, where they have no effect; expected isolation`,
      { hint: 'Write isolation = "process" above it, or "worker".' },
    );
  }
  if (isolation === "worker" && limits.value("memory") !== undefined) {
    report.refuse(
      [...limits.path, "memory"],
      "found a limit that a worker cannot have: its memory is the process's own; " +
        'expected isolation = "process"',
    );
  }
}
