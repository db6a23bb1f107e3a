import type { Part } from "../subject.ts";
import type { CodeFile } from "./code_graph.ts";
import { JavaScript } from "./javascript.ts";
import { isIsolated } from "./plan.ts";
import { changedIn, codeOf, readTexts, type State } from "./state.ts";
import type { SwapOrder } from "./swap_order.ts";

/** What a process has to be told of the code that has changed since it began. */
export class NewestCode {
  readonly #first: State;
  readonly #javaScript: JavaScript;
  readonly #versions = new Map<string, string>();
  #told: State;
  #version = 0;

  /** The process began with this state; `flags` say which configuration of Deno counts. */
  constructor(first: State, flags: readonly string[]) {
    this.#first = this.#told = first;
    this.#javaScript = new JavaScript(flags);
  }

  /** The order to swap these modules, which brings them to this state. Guests read their files themselves. */
  async orderOf(state: State, modules: readonly Part[]): Promise<SwapOrder> {
    const here = modules.filter((part) => !isIsolated(part));
    const files = new Map(
      here.flatMap((part) => [...codeOf(part, state.graph, { own: true })]),
    );
    this.#renew(state, files);
    this.#told = state;
    const sources: Record<string, string> = {};
    for (const file of this.#unknown(files)) {
      const { url } = file;
      const text = state.texts.get(url) ?? (await readTexts([url])).get(url);
      if (text === undefined) continue;
      const script = await this.#javaScript.of(file, text);
      sources[this.#versions.get(url) ?? url] = script;
    }
    return {
      modules: modules.map(({ config }) => config.id),
      sources,
      versions: Object.fromEntries(this.#versions),
    };
  }

  /** Whatever needs a changed file is imported anew with it; what doesn't stays the same for all that share it. */
  #renew(state: State, files: ReadonlyMap<string, CodeFile>): void {
    const changed = changedIn(state.texts, this.#told.texts);
    this.#version++;
    for (const url of files.keys()) {
      const needs = state.graph.filesOf([url]);
      if ([...needs.keys()].some((one) => changed.has(one))) {
        this.#versions.set(url, `${url}?v=${this.#version}`);
      }
    }
  }

  /** All but Caryatid's own files that the process began with: those it has. */
  #unknown(files: ReadonlyMap<string, CodeFile>): CodeFile[] {
    const own = new Set(this.#first.subject.parts.flatMap((part) => [
      ...codeOf(part, this.#first.graph, { own: true }).keys(),
    ]));
    for (const url of this.#first.texts.keys()) own.delete(url);
    return [...files.values()].filter(({ url }) => !own.has(url));
  }
}
