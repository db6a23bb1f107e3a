import type { MessageBus } from "@caryatid/sdk";
import { PausableBus } from "./pausable_bus.ts";
import { PauseGate } from "./pause_gate.ts";

/** Gates of the modules that can be paused. */
export class PauseGates {
  readonly #gates = new Map<string, PauseGate>();

  /** Wraps the bus of a module. A restarted module stays paused. */
  wrap(id: string, bus: MessageBus): MessageBus {
    const gate = this.#gates.get(id) ?? new PauseGate();
    this.#gates.set(id, gate);
    return new PausableBus(bus, gate);
  }

  /** Returns the gate of a module. */
  get(id: string): PauseGate | undefined {
    return this.#gates.get(id);
  }

  /** Resumes all modules: a stop must not wait for a paused one. */
  resumeAll(): void {
    for (const gate of this.#gates.values()) gate.resume();
  }
}
