/**
 * Looks into modules and buses: imports their code, and checks their sections with the schemas found there. Runs in a process that
 * may do nothing at all; started by `caryatid check` and its like, of no use elsewhere.
 *
 * @module
 */
import { CaryatidError, type Module } from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";
import { guiltyKey } from "../../guilty_key.ts";
import { Classes } from "../../classes.ts";
import { checkSection } from "../../config/check_section.ts";
import type { Problem } from "../../config/process_config.ts";
import { dottedKey } from "../../config/shown.ts";
import type { Importers } from "../../loader.ts";
import { askedPermissions } from "./asked.ts";
import { inspectedTopics } from "./declared.ts";
import {
  type Complaint,
  type Inspection,
  loadProblem,
  onlyComplaint,
  type Task,
} from "./inspection.ts";
import { readSectionText } from "./section_text.ts";
import { topicKeys } from "./topic_keys.ts";

/** How the code of a specifier is imported, by a literal `import`: that needs no permission. */
export interface Source {
  /** Imports it. */
  readonly load: () => Promise<unknown>;
  /** What it says, as a module with that as its default export; there for files that have an `integrity`. */
  readonly text?: () => Promise<{ readonly default: string }>;
  /** Where it leads to. */
  readonly resolve: () => string;
}

// Code that is looked into may replace them.
const { stringify } = JSON;
const encoder = new TextEncoder();
const encode = encoder.encode.bind(encoder);
const writeSync = Deno.stdout.writeSync.bind(Deno.stdout);

/**
 * Looks into each task in turn, and says so on standard output: a line when it begins, and one with what it found. Each line begins
 * with `mark`, which the code that is looked into doesn't know.
 */
export async function inspect(
  mark: string,
  tasksText: string,
  sources: Readonly<Record<string, Source>>,
): Promise<void> {
  // What fails in the background is not said of who has its turn.
  for (const kind of ["unhandledrejection", "error"]) {
    globalThis.addEventListener(kind, (event) => event.preventDefault());
  }
  const tasks = await readSectionText(tasksText, mark) as Task[];
  for (const [index, task] of tasks.entries()) {
    say(mark, { begin: index });
    say(mark, { end: index, found: await inspectOne(task, sources) });
  }
  Deno.exit(0); // timers of modules must not keep it going
}

async function inspectOne(
  task: Task,
  sources: Readonly<Record<string, Source>>,
): Promise<Inspection> {
  const source = task.specifier === undefined
    ? undefined
    : sources[task.specifier];
  try {
    const classes = new Classes(importersOf(source), undefined);
    const wanted = {
      ...task,
      import: task.import ?? task.specifier,
      base: task.base === undefined ? undefined : new URL(task.base),
    };
    const found = task.kind === "module"
      ? await classes.module(wanted)
      : await classes.bus(wanted);
    return {
      name: text(found.name),
      description: text(found.description),
      resolved: resolved(source),
      ...await checked(task, found),
    };
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown };
    return onlyComplaint(complaint(task, error, guiltyKey(cause)));
  }
}

function importersOf(source: Source | undefined): Importers {
  return {
    importer: () => source!.load(),
    pinnedImporter: async () => {
      const { default: text } = await source!.text!();
      return { text, load: source!.load };
    },
  };
}

async function checked(
  task: Task,
  found: Module | BusClass,
): Promise<Inspection> {
  const globalKeys = new Set(task.globalKeys);
  const place = (key: readonly string[]) =>
    Promise.resolve({
      source: stringify(key),
      line: undefined,
      column: undefined,
    });
  const { value, problems, notices } = await checkSection(
    { place },
    { ...task, globalKeys },
    found.config,
  );
  const said = {
    topics: topicKeys(value),
    notices: notices.map(withKey),
  };
  if (problems.length > 0) {
    return { ...said, permissions: {}, problems: problems.map(withKey) };
  }
  try {
    const permissions = askedPermissions(found.permissions, value);
    const declared = "topics" in found
      ? inspectedTopics(found, value)
      : undefined;
    return { ...said, permissions, declared, problems: [] };
  } catch (error) {
    const problem = complaint(task, error, "import");
    return { ...said, permissions: {}, problems: [problem] };
  }
}

function complaint(task: Task, error: unknown, key: string): Complaint {
  const { code, message, hint } = error instanceof CaryatidError
    ? error
    : new CaryatidError("LOAD_FAILED", String(error));
  const path = [...task.path, key];
  // That its program came by standard input, and in parts, helps nobody.
  const said = message.replace(/ from "[^"]*\$deno\$stdin.*/s, "")
    .replace(/\n\s+at data:text\/javascript,\S+/, "");
  if (/Requires (?!import)\w+ access/.test(message)) {
    return { ...loadProblem(task, ""), code, message };
  }
  return { code, key: path, dotted: dottedKey(path), message: said, hint };
}

/** The place carries the key: only who reads the files knows where it stands. */
function withKey({ key, place, message, hint }: Problem): Complaint {
  const path = JSON.parse(place!.source);
  return { code: "INVALID_CONFIG", key: path, dotted: key, message, hint };
}

function resolved(source: Source | undefined): string | undefined {
  try {
    return source?.resolve();
  } catch {
    return undefined; // what has been loaded was told by its own means
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, 1_000) : undefined;
}

function say(mark: string, what: unknown): void {
  const bytes = encode(`\n${mark}${stringify(what)}\n`);
  for (let at = 0; at < bytes.length;) at += writeSync(bytes.subarray(at));
}
