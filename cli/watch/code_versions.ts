import { CaryatidError } from "@caryatid/sdk";
import { filePath } from "@caryatid/process/internal/platform";
import type { CodeFile } from "../deno/code_graph.ts";
import { denoCommand, PLAIN } from "../deno/deno_command.ts";
import { isIsolated, type Part } from "../inspection/inspection.ts";
import type { SwapOrder } from "./new_sources.ts";
import { changedIn, codeOf, readTexts, type State } from "./state.ts";

/** Versions of the code that has changed since a process started. */
export class CodeVersions {
  readonly #first: State;
  readonly #flags: readonly string[];
  readonly #transpiled = new Map<string, { text: string; script: string }>();
  readonly #versions = new Map<string, string>();
  #last: State;
  #version = 0;

  /**
   * `first` is the state in which the process started; `flags` name its
   * configuration of Deno.
   */
  constructor(first: State, flags: readonly string[]) {
    this.#first = this.#last = first;
    this.#flags = flags;
  }

  /**
   * Returns the order that swaps these modules to this state. Guests read their
   * files themselves.
   *
   * @throws {CaryatidError} `LOAD_FAILED` for a file that cannot be transpiled
   */
  async orderFor(state: State, modules: readonly Part[]): Promise<SwapOrder> {
    const own = modules.filter((part) => !isIsolated(part));
    const files = new Map(
      own.flatMap((part) => [...codeOf(part, state.graph, { own: true })]),
    );
    this.#renew(state, files);
    this.#last = state;
    const sources: Record<string, string> = {};
    for (const file of this.#unknown(files)) {
      const { url } = file;
      const text = state.texts.get(url) ?? (await readTexts([url])).get(url);
      if (text === undefined) continue;
      const script = await this.#javaScript(file, text);
      sources[this.#versions.get(url) ?? url] = script;
    }
    return {
      modules: modules.map(({ config }) => config.id),
      sources,
      versions: Object.fromEntries(this.#versions),
    };
  }

  /**
   * Assigns a new version to each file that needs a changed one; the others
   * stay the same for all code that shares them.
   */
  #renew(state: State, files: ReadonlyMap<string, CodeFile>): void {
    const changed = changedIn(state.texts, this.#last.texts);
    this.#version++;
    for (const url of files.keys()) {
      const needs = state.graph.filesOf([url]);
      if ([...needs.keys()].some((one) => changed.has(one))) {
        this.#versions.set(url, `${url}?v=${this.#version}`);
      }
    }
  }

  /** Returns all files but those of Caryatid that the process started with. */
  #unknown(files: ReadonlyMap<string, CodeFile>): CodeFile[] {
    const own = new Set(this.#first.checked.parts.flatMap((part) => [
      ...codeOf(part, this.#first.graph, { own: true }).keys(),
    ]));
    for (const url of this.#first.texts.keys()) own.delete(url);
    return [...files.values()].filter(({ url }) => !own.has(url));
  }

  async #javaScript(file: CodeFile, text: string): Promise<string> {
    if (!file.translated) return text;
    const known = this.#transpiled.get(file.url);
    if (known?.text === text) return known.script;
    const script = await this.#transpile(file.url);
    this.#transpiled.set(file.url, { text, script });
    return script;
  }

  async #transpile(url: string): Promise<string> {
    const { success, stdout, stderr } = await denoCommand([
      "transpile",
      ...this.#flags,
      "--source-map=inline", // errors show the lines of the original file
      filePath(url),
    ], { env: PLAIN }).output();
    if (success) return new TextDecoder().decode(stdout);
    const line = new TextDecoder().decode(stderr).split("\n")
      .find((line) => line.startsWith("error: "));
    throw new CaryatidError(
      "LOAD_FAILED",
      `Cannot transpile ${url}: ${line?.slice(7) ?? "Deno reports no reason"}`,
    );
  }
}
