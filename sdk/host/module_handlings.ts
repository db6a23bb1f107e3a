import type { HandleOptions, MessageBus } from "../message_bus.ts";
import { Holdings } from "./holdings.ts";
import { type Answering, KeptHandling } from "./kept_handling.ts";

/** All that a module answers whose code may be swapped. */
export class ModuleHandlings extends Holdings<KeptHandling> {
  readonly #bus: MessageBus;

  /** None yet. */
  constructor(bus: MessageBus) {
    super();
    this.#bus = bus;
  }

  /** Answers. */
  open(
    pattern: string,
    answering: Answering,
    options: HandleOptions = {},
  ): KeptHandling {
    return new KeptHandling(this.#bus, pattern, options, answering);
  }

  /** Has requests wait for the module's next life. */
  hold(): void {
    for (const handling of this) handling.hold();
  }

  /** Takes one that was kept out, if it is what `handle` with these would open; one of the same pattern at least answers what waits. */
  release(
    pattern: string,
    answering: Answering,
    options: HandleOptions = {},
  ): KeptHandling | undefined {
    for (const handling of this) {
      if (handling.pattern !== pattern || handling.closed) continue;
      handling.resume(answering);
      if (!handling.serves(pattern, options)) continue;
      this.delete(handling);
      return handling;
    }
    return undefined;
  }
}
