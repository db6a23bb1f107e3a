import { CaryatidError } from "@caryatid/sdk";
import { configUrl } from "../config_files.ts";
import { explained } from "../explained.ts";
import { filePath } from "../file_urls.ts";
import type { GuestRelay } from "../../isolation/relay/guest_relay.ts";
import { openRelay, relayOrders } from "../open_relay.ts";
import { configFlag } from "../project.ts";
import { denoArgs, subjectOptions } from "../run_args.ts";
import type { RunOptions } from "../run_options.ts";
import { showProblems } from "../show_problems.ts";
import { readSubject, type Subject, type SubjectOptions } from "../subject.ts";
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
  #relay: GuestRelay | undefined;

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
    await using _relay = { [Symbol.asyncDispose]: () => this.#endRelay() };
    await this.#start(await this.#stateOf(subject));
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

  /** Guests of the process before end with it. */
  async #start(state: State): Promise<void> {
    await this.#endRelay();
    this.#running = state;
    this.#seen = state.texts;
    const { project } = state.subject;
    this.#newest = new NewestCode(state, [configFlag(project)]);
    this.#child = new WatchedChild(this.#argsOf(state));
  }

  /** What Deno is given: who starts processes for the modules that have their own is here. */
  #argsOf({ subject, sources }: State): readonly string[] {
    const options = this.#options;
    this.#relay = openRelay(subject, options);
    const relay = this.#relay?.address;
    return denoArgs(subject, this.#files, { ...options, sources, relay });
  }

  async #endRelay(): Promise<void> {
    await this.#relay?.[Symbol.asyncDispose]();
    this.#relay = undefined;
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
      const names = [...changed].map((url) => url.replace(/.*\//, ""));
      this.#say(`${names.join(", ")} changed`);
      const state = await this.#nextState();
      if (interrupt.fired) return;
      if (state) this.#watchAll(state, changes);
      const isSound = state !== undefined && await this.#isSound(state);
      if (interrupt.fired) return;
      if (!isSound) this.#say("the old code goes on");
      else if (await isStill(state)) await this.#tryBring(state, interrupt);
    }
  }

  /** What it needs now, found or not, is watched from now on. */
  #watchAll({ texts }: State, changes: Changes): void {
    const seen = this.#seen;
    this.#seen = new Map(
      [...texts].map((
        [url, text],
      ) => [url, seen.has(url) ? seen.get(url) : text]),
    );
    this.#watch(changes);
  }

  /** Undefined where the configuration can't be read; says why. */
  async #nextState(): Promise<State | undefined> {
    try {
      const subject = await readSubject(
        this.#files.map(configUrl),
        this.#subjectOptions(),
      );
      return await this.#stateOf(subject);
    } catch (error) {
      this.#complain(error);
      return undefined;
    }
  }

  /** Whether nothing is wrong with it; says what is. */
  async #isSound(state: State): Promise<boolean> {
    const { problems, parts, project } = state.subject;
    showProblems(this.#terminal, problems, []);
    if (problems.length > 0) return false;
    const changed = changedIn(state.texts, this.#running.texts);
    const touched = parts.filter((part) => isTouched(part, state, changed));
    const specifiers = new Set(
      touched.flatMap(({ specifier }) => specifier ?? []),
    );
    const { flags } = this.#subjectOptions();
    return await checkTypes(this.#terminal, [...specifiers], project, flags);
  }

  /** Without `--reload`: what is there was downloaded again at the beginning. */
  #subjectOptions(): SubjectOptions {
    const { flags } = this.#options;
    return subjectOptions(this.#terminal, {
      ...this.#options,
      flags: flags?.filter((flag) => flag !== "--reload"),
    });
  }

  #stateOf(subject: Subject): Promise<State> {
    return readState(subject, this.#files, this.#options);
  }

  async #tryBring(state: State, interrupt: Interrupt): Promise<void> {
    try {
      await this.#bring(state, interrupt);
    } catch (error) { // a file may be gone again
      this.#complain(error);
      this.#say("the old code goes on");
    }
  }

  /** By a swap if that can be, else by a new start. */
  async #bring(state: State, interrupt: Interrupt): Promise<void> {
    if (!this.#child.running) {
      this.#say("starting");
      return await this.#start(state);
    }
    const plan = planOf(this.#running, state);
    if ("restart" in plan) {
      this.#say(`restarting, as ${plan.restart} can't be swapped`);
      await this.#child.stop();
      if (!interrupt.fired) await this.#start(state);
      return;
    }
    if (plan.swap.length === 0) return this.#say("nothing to swap");
    this.#say(`swapping ${plan.swap.join(", ")}`);
    const parts = modulesOf(state).filter(({ config }) =>
      plan.swap.includes(config.id)
    );
    this.#relay?.follow(relayOrders(state.subject, this.#options));
    await this.#child.order(await this.#newest.orderOf(state, parts));
    this.#running = state;
  }

  #complain(error: unknown): void {
    if (!(error instanceof CaryatidError)) throw error;
    const kind = coloured(this.#terminal, "red", "error");
    this.#terminal.complain(`${kind} ${explained(error)}`);
  }

  #say(line: string): void {
    this.#terminal.complain(coloured(this.#terminal, "dim", `watch: ${line}`));
  }
}

/** Whether its files hold what they held when it was read. */
async function isStill({ texts }: State): Promise<boolean> {
  return changedIn(await readTexts(texts.keys()), texts).size === 0;
}
