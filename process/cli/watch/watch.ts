import { CaryatidError } from "@caryatid/sdk";
import { configUrl } from "../config_files.ts";
import { explained } from "../explained.ts";
import { filePath } from "../file_urls.ts";
import { configFlag } from "../project.ts";
import { subjectOptions } from "../run_args.ts";
import type { RunOptions } from "../run_options.ts";
import { showProblems } from "../show_problems.ts";
import { readSubject, type Subject } from "../subject.ts";
import { coloured, type Terminal } from "../terminal.ts";
import { Changes } from "./changes.ts";
import { checkTypes } from "./check_types.ts";
import { Interrupt } from "./interrupt.ts";
import { NewestCode } from "./newest_code.ts";
import { isTouched, modulesOf, planOf } from "./plan.ts";
import {
  changedIn,
  readState,
  readTexts,
  type State,
  type Texts,
} from "./state.ts";
import { WatchedChild } from "./watched_child.ts";

/** What is watched, and how it is run. */
export interface WatchOptions {
  readonly terminal: Terminal;
  readonly files: readonly string[];
  readonly options: RunOptions;
}

/**
 * `caryatid run --watch`: a process whose modules are swapped when their files change.
 *
 * What is wrong is shown, and the old code goes on. What no swap can bring has the process start anew, in good order.
 */
export class Watch {
  readonly #terminal: Terminal;
  readonly #files: readonly string[];
  readonly #options: RunOptions;
  /** What the process runs. */
  #running!: State;
  /** What the files held when they were last looked at. */
  #seen!: Texts;
  #child!: WatchedChild;
  #newest!: NewestCode;

  /** Nothing is started yet. */
  constructor({ terminal, files, options }: WatchOptions) {
    this.#terminal = terminal;
    this.#files = files;
    this.#options = options;
  }

  /** Runs until a signal ends it; gives the exit code of the process that ran last. */
  async run(subject: Subject): Promise<number> {
    using interrupt = new Interrupt();
    using changes = new Changes();
    this.#start(await this.#stateOf(subject));
    this.#watch(changes);
    let change = changes.settled();
    while (!interrupt.fired) {
      const ended = this.#child.running ? [this.#child.ended] : [];
      const code = await Promise.race([change, ...ended, interrupt.promise]);
      if (interrupt.fired) break;
      if (typeof code === "number") {
        this.#say(`it ended with exit code ${code}: waiting for a change`);
        continue;
      }
      await this.#look(changes, interrupt);
      change = changes.settled();
    }
    return await this.#child.ended;
  }

  #start(state: State): void {
    this.#running = state;
    this.#seen = state.texts;
    const { project } = state.subject;
    this.#newest = new NewestCode(state, [configFlag(project)]);
    this.#child = new WatchedChild(state.args);
  }

  #watch(changes: Changes): void {
    changes.watch([...this.#seen.keys()].map(filePath));
  }

  /** Looks again until nothing has changed while it looked. */
  async #look(changes: Changes, interrupt: Interrupt): Promise<void> {
    for (;;) {
      const texts = await readTexts(this.#seen.keys());
      const changed = changedIn(texts, this.#seen);
      if (changed.size === 0 || interrupt.fired) return;
      this.#seen = texts;
      const state = await this.#goodState(changed);
      if (interrupt.fired) return;
      if (state === undefined) {
        this.#say("the old code goes on");
        continue;
      }
      // What it needs now is watched from now on.
      this.#seen = new Map(
        [...state.texts].map(([url, text]) =>
          [url, texts.has(url) ? texts.get(url) : text] as const
        ),
      );
      this.#watch(changes);
      const now = await readTexts(this.#seen.keys());
      if (changedIn(now, state.texts).size > 0) continue;
      await this.#bring(state, interrupt);
    }
  }

  /** The state that the files are in, if nothing is wrong with it; else says what is. */
  async #goodState(changed: ReadonlySet<string>): Promise<State | undefined> {
    const names = [...changed].map((url) => url.replace(/.*\//, ""));
    this.#say(`${names.join(", ")} changed`);
    const subject = await this.#goodSubject();
    if (subject === undefined) return undefined;
    const state = await this.#stateOf(subject);
    const different = changedIn(state.texts, this.#running.texts);
    const touched = subject.parts.filter((part) =>
      isTouched(part, state, different)
    );
    const specifiers = touched.flatMap(({ specifier }) => specifier ?? []);
    const isSound = await checkTypes(
      this.#terminal,
      [...new Set(specifiers)],
      subject.project,
    );
    return isSound ? state : undefined;
  }

  async #goodSubject(): Promise<Subject | undefined> {
    try {
      const subject = await readSubject(
        this.#files.map(configUrl),
        // What is there was downloaded, or again, at the beginning.
        withoutReload(subjectOptions(this.#terminal, this.#options)),
      );
      if (subject.problems.length === 0) return subject;
      showProblems(this.#terminal, subject.problems, []);
    } catch (error) {
      if (!(error instanceof CaryatidError)) throw error;
      const kind = coloured(this.#terminal, "red", "error");
      this.#terminal.complain(`${kind} ${explained(error)}`);
    }
    return undefined;
  }

  #stateOf(subject: Subject): Promise<State> {
    return readState(subject, this.#files, this.#options);
  }

  /** By a swap if that can be, else by a new start. */
  async #bring(state: State, interrupt: Interrupt): Promise<void> {
    if (!this.#child.running) {
      this.#say("starting");
      return this.#start(state);
    }
    const plan = planOf(this.#running, state);
    if ("restart" in plan) {
      this.#say(`restarting, as ${plan.restart} can't be swapped`);
      await this.#child.stop();
      return interrupt.fired ? undefined : this.#start(state);
    }
    if (plan.swap.length === 0) return this.#say("nothing to swap");
    this.#say(`swapping ${plan.swap.join(", ")}`);
    const parts = modulesOf(state).filter(({ config }) =>
      plan.swap.includes(config.id)
    );
    await this.#child.order(await this.#newest.orderOf(state, parts));
    this.#running = state;
  }

  #say(line: string): void {
    this.#terminal.complain(coloured(this.#terminal, "dim", `watch: ${line}`));
  }
}

function withoutReload<
  T extends { readonly flags?: readonly string[] | undefined },
>(
  options: T,
): T {
  const flags = options.flags?.filter((flag) => flag !== "--reload");
  return { ...options, flags };
}
