import type { Log } from "@caryatid/sdk";
import { ModuleContext } from "@caryatid/sdk/host";
import { InMemoryBus } from "../../../process/buses/in_memory.ts";
import { RoutingBus } from "../../../process/buses/routing.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A module's context over routing over one in-memory bus: what a module has in a process that configures nothing. */
export class Subject implements AsyncDisposable {
  readonly context: ModuleContext;
  readonly #bus: RoutingBus;

  constructor() {
    const buses = new Map([["memory", new InMemoryBus()]]);
    this.#bus = new RoutingBus([{ pattern: "#", buses: ["memory"] }], buses);
    this.context = new ModuleContext({
      id: "bench",
      bus: this.#bus,
      log: silent,
    });
    this.context.begin();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await this.#bus.close();
  }
}
