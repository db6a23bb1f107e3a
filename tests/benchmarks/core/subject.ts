import type { Log } from "@caryatid/sdk";
import { ModuleContext } from "@caryatid/sdk/internal/host";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { RoutingBus } from "../../../process/buses/routing.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * A module's context over routing over one in-memory bus: what a module has in
 * a process that configures nothing.
 */
export class Subject implements AsyncDisposable {
  readonly context: ModuleContext;
  readonly #bus: RoutingBus;

  /**
   * `keep` is what a module with `on-failure = "restart"` has: its
   * subscriptions outlive it.
   */
  constructor(options: { readonly keep?: boolean } = {}) {
    const buses = new Map([["memory", new InMemoryBus()]]);
    this.#bus = new RoutingBus([{ pattern: "#", buses: ["memory"] }], buses);
    this.context = new ModuleContext({
      id: "bench",
      bus: this.#bus,
      log: silent,
      ...options,
    });
    this.context.begin();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await this.#bus.close();
  }
}
