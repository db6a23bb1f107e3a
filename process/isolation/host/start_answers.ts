import type { CaryatidError, SchemaResult } from "@caryatid/sdk";
import { arrived } from "../crossing_error.ts";
import { FROM_GUEST } from "../frames.ts";
import type { LoadedModule } from "./guest_options.ts";
import { readIssues } from "./read_issues.ts";
import { readText } from "./read_items.ts";

/** What a guest answers until it has started, step by step. */
export class StartAnswers {
  /** It is there. */
  readonly hello = Promise.withResolvers<void>();
  /** It has loaded its code. */
  readonly loaded = Promise.withResolvers<LoadedModule>();
  /** It has checked its section. */
  readonly checked = Promise.withResolvers<SchemaResult<unknown>>();
  /** It hears all that it subscribed to. */
  ready: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  /** What it says, when it has checked its section, that it asks to be allowed. Nobody has looked at it yet. */
  asked: unknown = {};
  /** What it says then that its bus can do. Nobody has looked at it yet. */
  abilities: unknown;

  /** Nothing is answered yet. */
  constructor() {
    for (const { promise } of this.#all()) {
      promise.catch(() => {}); // who waits for it hears of it
    }
  }

  /** Takes a frame, if it is one of these; says whether it is. */
  receive(items: readonly unknown[]): boolean {
    switch (items[0]) {
      case FROM_GUEST.loaded:
        this.#receiveLoaded(items);
        return true;
      case FROM_GUEST.checked:
        this.#receiveChecked(items);
        return true;
      case FROM_GUEST.ready: {
        const error = arrived(items[1]);
        if (error) this.ready.reject(error);
        else this.ready.resolve();
        return true;
      }
      default:
        return false;
    }
  }

  /** It is to set itself up once more. */
  renewReady(): void {
    this.ready = Promise.withResolvers<void>();
    this.ready.promise.catch(() => {}); // as above
  }

  /** None will come any more. */
  abandon(error: unknown): void {
    for (const { reject } of this.#all()) reject(error);
  }

  #receiveLoaded(items: readonly unknown[]): void {
    const error: CaryatidError | undefined = arrived(items[1]);
    if (error) this.loaded.reject(error);
    const [name, description] = [readText(items[2]), readText(items[3])];
    this.loaded.resolve({ name, description, kind: readText(items[4]) });
  }

  #receiveChecked(items: readonly unknown[]): void {
    const [, failure, issues, abilities, asked] = items;
    this.asked = asked;
    this.abilities = abilities;
    const error = arrived(failure);
    if (error) return this.checked.reject(error);
    this.checked.resolve(
      issues === null ? { value: undefined } : { issues: readIssues(issues) },
    );
  }

  #all() {
    return [this.hello, this.loaded, this.checked, this.ready];
  }
}
