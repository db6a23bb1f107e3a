import type { HandleOptions, Handling, MessageBus } from "../message_bus.ts";
import { Holdings } from "./holdings.ts";
import { type Answering, KeptHandling } from "./kept_handling.ts";

/** All that a module answers. */
export class ModuleHandlings extends Holdings<Handling> {
  readonly #bus: MessageBus;
  readonly #keep: boolean;

  /** None yet; `keep` says whether they outlive the module's code. */
  constructor(bus: MessageBus, keep: boolean) {
    super();
    this.#bus = bus;
    this.#keep = keep;
  }

  /** Requests that handlers work on now. */
  get running(): number {
    let running = 0;
    for (const handling of this) running += handling.running;
    return running;
  }

  /** Answers. */
  open(
    pattern: string,
    answering: Answering,
    options: HandleOptions = {},
  ): Handling {
    return this.#keep
      ? new KeptHandling(this.#bus, pattern, options, answering)
      : this.#bus.handle(pattern, answering.handler, options);
  }

  /** Has requests wait for the module's next life. */
  hold(): void {
    for (const handling of this) {
      if (handling instanceof KeptHandling) handling.hold();
    }
  }

  /** Takes one that was kept out, if it is what `handle` with these would open; one of the same pattern at least answers what waits. */
  release(
    pattern: string,
    answering: Answering,
    options: HandleOptions = {},
  ): Handling | undefined {
    for (const handling of this) {
      if (!(handling instanceof KeptHandling)) continue;
      if (handling.pattern !== pattern || handling.closed) continue;
      handling.resume(answering);
      if (!handling.serves(pattern, options)) continue;
      this.delete(handling);
      return handling;
    }
    return undefined;
  }
}
