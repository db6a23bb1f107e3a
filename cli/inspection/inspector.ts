/**
 * Inspects a module or bus: imports its code, and checks its section with the
 * schema of that code. Runs in a process without permissions that
 * `caryatid check` and other commands start; of no use elsewhere.
 *
 * @module
 */
import {
  CaryatidError,
  declaredTopics,
  type Module,
  type Topics,
} from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";
import type { ConfigProblem } from "@caryatid/process";
import {
  askedPermissions,
  BUS,
  checkSection,
  configKey,
  dottedKey,
  type Importers,
  isTable,
  load,
  MODULE,
} from "@caryatid/process/internal/inspection";
import {
  failedInspection,
  type Finding,
  type Inspection,
  loadProblem,
  REPORT,
  type Task,
  type TopicKey,
} from "./inspection.ts";
import { readSectionText } from "./section_text.ts";

/**
 * Importers of one specifier. They use literal imports, which need no
 * permission.
 */
export interface Source {
  /** Imports the code. */
  readonly load: () => Promise<unknown>;
  /**
   * Imports the text of the file as a default export; set for files with an
   * `integrity`.
   */
  readonly text?: () => Promise<{ readonly default: string }>;
}

/** Longest list of declared topics that is compared with others. */
const MAX_TOPICS = 1_000;
/** Longest JSON Schema of a section, in characters. */
const MAX_SCHEMA = 256 * 1024;
/** Deepest table that is searched for keys that name topics. */
const MAX_DEPTH = 4;
const TOPIC_KEY =
  /(^|[-_])((topics?|patterns?)\d*|subscribe|publish|request|handle)$/;

// Inspected code may replace these globals.
const { stringify } = JSON;
const encoder = new TextEncoder();
const encode = encoder.encode.bind(encoder);
const writeSync = Deno.stdout.writeSync.bind(Deno.stdout);
const exit = Deno.exit.bind(Deno);

/**
 * Inspects a task and reports on standard output: a line when it begins, and a
 * line with the result. Then ends the process. A report is only about the code
 * of this process: the host attributes it by the pipe that it came from.
 *
 * @param mark key that no section has
 */
export async function inspect(
  mark: string,
  taskText: string,
  source: Source,
): Promise<void> {
  // A background failure must not be attributed to the task.
  for (const kind of ["unhandledrejection", "error"]) {
    globalThis.addEventListener(kind, (event) => event.preventDefault());
  }
  const task = await readSectionText(taskText, mark) as Task;
  report("begin");
  report(await inspectTask(task, () => loadCode(task, source)));
  exit(0); // timers of the module must not keep the process alive
}

/** Code as an inspection uses it. */
export type Inspectable =
  | Module
  | Pick<BusClass, "name" | "description" | "config" | "permissions">;

/** Inspects the code that `find` returns, or the error that it rejects with. */
export async function inspectTask(
  task: Task,
  find: () => Promise<Inspectable>,
): Promise<Inspection> {
  try {
    const found = await find();
    return {
      name: text(found.name),
      description: text(found.description),
      ...await checkedSection(task, found),
    };
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown };
    return failedInspection(finding(task, error, configKey(cause)));
  }
}

/** Loads the code of a task as a process does. */
function loadCode(task: Task, source: Source): Promise<Module | BusClass> {
  const { kind, id, base, integrity } = task;
  const request = {
    what: `[${kind}.${id}]`,
    specifier: task.import ?? task.specifier!,
    base: base === undefined ? undefined : new URL(base),
    integrity,
  };
  const importers = importersOf(source);
  return kind === "module"
    ? load(request, MODULE, importers)
    : load(request, BUS, importers);
}

function importersOf({ load, text }: Source): Importers {
  return {
    importer: load,
    pinnedImporter: async () => {
      const { default: content } = await text!();
      return { text: content, load };
    },
  };
}

async function checkedSection(
  task: Task,
  found: Inspectable,
): Promise<Inspection> {
  const globalKeys = new Set(task.globalKeys);
  // The place carries the key: this process does not know where the key is in
  // the files.
  const place = (key: readonly string[]) =>
    Promise.resolve({
      source: stringify(key),
      line: undefined,
      column: undefined,
    });
  const { value, problems } = await checkSection(
    { place },
    { ...task, globalKeys },
    found.config,
  );
  const common = {
    topics: topicKeys(value, globalKeys),
    notices: [],
    ...task.listsKeys ? { keys: keysOf(found.config) } : {},
  };
  if (problems.length > 0) {
    return { ...common, permissions: {}, problems: problems.map(withKey) };
  }
  try {
    const permissions = askedPermissions(found.permissions, value);
    const declared = "topics" in found ? topicsOf(found, value) : undefined;
    return { ...common, permissions, declared, problems: [] };
  } catch (error) {
    const problem = finding(task, error, "import");
    return { ...common, permissions: {}, problems: [problem] };
  }
}

/**
 * Returns the JSON Schema of a section; undefined if its schema cannot be
 * expressed in JSON Schema, or is too long.
 */
function keysOf(schema: Module["config"]): unknown {
  const standard = schema?.["~standard"] as {
    readonly jsonSchema?: {
      readonly input?: (options: { readonly target: string }) => unknown;
    };
  } | undefined;
  try {
    const keys = standard?.jsonSchema?.input?.({ target: "draft-07" });
    const isShort = keys !== undefined && stringify(keys).length <= MAX_SCHEMA;
    return isShort ? keys : undefined;
  } catch {
    return undefined; // for example a date
  }
}

/** @throws {CaryatidError} `INVALID_TOPIC`, `INVALID_OPTION` */
function topicsOf(
  module: Pick<Module, "name" | "topics">,
  section: unknown,
): Topics | undefined {
  const topics = declaredTopics(module, section);
  const lists: readonly (readonly string[])[] = Object.values(topics ?? {});
  const isTooLong = lists.some(({ length }) => length > MAX_TOPICS);
  return isTooLong ? undefined : topics;
}

/**
 * Returns the keys of a checked section that name topics:
 * `topic`, `status-topic`, `subscribe` and similar ones. `[global.startup]`
 * names the topic of the process.
 */
function topicKeys(
  section: unknown,
  globalKeys: ReadonlySet<string>,
): TopicKey[] {
  const found: TopicKey[] = [];
  const collect = (value: unknown, path: readonly string[]) => {
    if (!isTable(value) || path.length >= MAX_DEPTH) return;
    for (const [key, below] of Object.entries(value)) {
      const at = [...path, key];
      if (globalKeys.has(at.join(".")) && at[0] === "startup") continue;
      if (!TOPIC_KEY.test(key)) {
        collect(below, at);
        continue;
      }
      for (const topic of Array.isArray(below) ? below : [below]) {
        if (typeof topic !== "string" || found.length >= MAX_TOPICS) continue;
        found.push({ key: at.join("."), topic });
      }
    }
  };
  collect(section, []);
  return found;
}

function finding(task: Task, error: unknown, key: string): Finding {
  const { code, message, hint } = error instanceof CaryatidError
    ? error
    : new CaryatidError("LOAD_FAILED", String(error));
  if (/Requires (?!import)\w+ access/.test(message)) {
    return { ...loadProblem(task, ""), code, message };
  }
  const path = [...task.path, key];
  // The program of this process, which came by standard input and in parts,
  // means nothing to the user.
  const shown = message.replace(/ from "[^"]*\$deno\$stdin.*/s, "")
    .replace(/\n\s+at data:text\/javascript,\S+/, "");
  return { code, key: path, dotted: dottedKey(path), message: shown, hint };
}

function withKey({ key, place, message, hint }: ConfigProblem): Finding {
  const path = JSON.parse(place!.source);
  return { code: "INVALID_CONFIG", key: path, dotted: key, message, hint };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, 1_000) : undefined;
}

function report(content: unknown): void {
  const bytes = encode(`\n${REPORT}${stringify(content)}\n`);
  for (let at = 0; at < bytes.length;) at += writeSync(bytes.subarray(at));
}
