import { CaryatidError } from "@caryatid/sdk";
import { TextLineStream } from "./lines.ts";
import {
  type InspectOptions,
  inspectorSpecifier,
  spawnInspector,
} from "./child.ts";
import { type DenoFault, denoFault } from "./deno_fault.ts";
import {
  type Inspection,
  loadProblem,
  onlyComplaint,
  type Task,
} from "./inspection.ts";
import { download, isUncached, isUncachedText, prefetch } from "./prefetch.ts";

/** Until the inspector itself is there, in milliseconds. */
const START_TIME = 30_000;
const DEADLINE = 10_000;

/**
 * Looks into the code of each task, without letting it do anything. Code that isn't there is downloaded first, by Deno itself. Code
 * that ends its process, or doesn't come to an end, is told; the others are looked into by the next process.
 */
export async function inspectAll(
  tasks: readonly Task[],
  options: InspectOptions,
): Promise<Inspection[]> {
  const isReload = options.flags?.includes("--reload") ?? false;
  const found = isReload
    ? new Map<Task, Inspection>()
    : await inspectCached(tasks, options);
  const missing = tasks.filter((task) =>
    isReload ? task.specifier !== undefined : isUncached(found.get(task))
  );
  if (missing.length > 0) {
    const refused = await prefetch(missing, options);
    for (const [task, inspection] of refused) found.set(task, inspection);
  }
  const left = tasks.filter((task) =>
    !found.has(task) || isUncached(found.get(task))
  );
  for (const [task, inspection] of await inspectCached(left, options)) {
    found.set(task, inspection);
  }
  return tasks.map((task) => found.get(task)!);
}

async function inspectCached(
  tasks: readonly Task[],
  options: InspectOptions,
): Promise<Map<Task, Inspection>> {
  const found = new Map<Task, Inspection>();
  const look = async (some: readonly Task[]) => {
    const run = new InspectorRun(some, options);
    for (const [task, inspection] of await run.found()) {
      found.set(task, inspection);
    }
    return run;
  };
  for (let left = tasks; left.length > 0;) {
    const { suspect, refusal } = await look(left);
    // It may have been a timer of another one: alone it shows.
    if (suspect) await lookAlone(suspect, look, found);
    if (refusal !== undefined) {
      if (await fetchedInspector(options)) continue;
      for (const task of left) await lookAlone(task, look, found);
    }
    left = left.filter((task) => !found.has(task));
  }
  return found;
}

/** Deno starts nothing where one of all imports breaks a rule, such as that of the lock: alone it shows. */
async function lookAlone(
  task: Task,
  look: (tasks: readonly Task[]) => Promise<InspectorRun>,
  found: Map<Task, Inspection>,
): Promise<void> {
  const { refusal } = await look([task]);
  if (refusal === undefined) return;
  const { why, hint } = refusal;
  found.set(task, onlyComplaint({ ...loadProblem(task, why), hint }));
}

/**
 * Downloads the inspector itself, if it wasn't there; says whether it did.
 *
 * @throws {CaryatidError} `LOAD_FAILED` if not even nothing can be looked into
 */
async function fetchedInspector(options: InspectOptions): Promise<boolean> {
  const before = await lookAtNothing(options);
  if (before === undefined) return false;
  if (isUncachedText(before.why)) {
    const fault = await download(inspectorSpecifier(), options);
    const after = fault ?? await lookAtNothing(options);
    if (after === undefined) return true;
    throw cannotInspect(after);
  }
  throw cannotInspect(before);
}

async function lookAtNothing(
  options: InspectOptions,
): Promise<DenoFault | undefined> {
  const run = new InspectorRun([], options);
  await run.found();
  return run.refusal;
}

/** One process that looks into tasks, until it is through or one of them stops it. */
class InspectorRun {
  readonly #tasks: readonly Task[];
  readonly #options: InspectOptions;
  readonly #mark = crypto.randomUUID();
  readonly #found = new Map<Task, Inspection>();
  /** The task that it is busy with. */
  #current: Task | undefined;
  #late = false;
  /** During whose turn the process ended, where others were there as well. */
  suspect: Task | undefined;
  /** What Deno says where it didn't start at all. */
  refusal: DenoFault | undefined;

  constructor(tasks: readonly Task[], options: InspectOptions) {
    this.#tasks = tasks;
    this.#options = options;
  }

  async found(): Promise<ReadonlyMap<Task, Inspection>> {
    const child = await spawnInspector(this.#tasks, this.#mark, this.#options);
    const stderr = new Response(child.stderr).text();
    const deadline = this.#options.deadline ?? DEADLINE;
    const kill = () => {
      this.#late = true;
      end(child);
    };
    let timer = setTimeout(kill, START_TIME);
    for await (const line of child.stdout.pipeThrough(new TextLineStream())) {
      if (!line.startsWith(this.#mark)) continue; // what a module prints
      clearTimeout(timer);
      timer = setTimeout(kill, deadline);
      this.#hear(JSON.parse(line.slice(this.#mark.length)));
      if (this.#found.size === this.#tasks.length) break;
    }
    if (this.#tasks.length > 0 && this.#found.size === this.#tasks.length) {
      // All is said. To wait for its end, too, would take 3 ms of each start.
      clearTimeout(timer);
      end(child);
      return this.#found;
    }
    // Closing its output doesn't end it.
    const { code } = await child.status;
    clearTimeout(timer);
    const said = await stderr;
    if (this.#current && !this.#late && this.#tasks.length > 1) {
      this.suspect = this.#current;
    } else if (this.#current) this.#blame(this.#current, code, said);
    const isThrough = this.#tasks.length === 0
      ? code === 0
      : this.#found.size > 0 || this.suspect;
    if (!isThrough) {
      this.refusal = denoFault(said) ??
        { why: "Deno doesn't start", hint: undefined };
    }
    return this.#found;
  }

  #hear(
    told: { readonly begin: number } | {
      readonly end: number;
      readonly found: Inspection;
    },
  ): void {
    if ("begin" in told) {
      this.#current = this.#tasks[told.begin];
    } else {
      this.#found.set(this.#tasks[told.end]!, told.found);
      this.#current = undefined;
    }
  }

  #blame(task: Task, code: number, said: string): void {
    const seconds = (this.#options.deadline ?? DEADLINE) / 1000;
    const fault = this.#late
      ? `its code was still busy after ${seconds} s`
      : /heap out of memory/.test(said)
      ? "its code takes more memory than a declaration needs"
      : /Top-level await promise never resolved/.test(said)
      ? "its code awaits at its top level what never comes"
      : `its code ended the program, with exit code ${code}`;
    this.#found.set(task, onlyComplaint(loadProblem(task, fault)));
  }
}

function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // it has ended
  }
}

function cannotInspect({ why, hint }: DenoFault): CaryatidError {
  return new CaryatidError(
    "LOAD_FAILED",
    `Cannot look into the modules: Deno says ${why}`,
    {
      hint: hint ??
        "does deno.json of the project fit this version of Caryatid?",
    },
  );
}
