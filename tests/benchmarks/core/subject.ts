import type { Log } from "@caryatid/sdk";
import { ModuleContext } from "@caryatid/sdk/internal/host";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { RoutingBus } from "../../../process/buses/routing.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Context of a module, routing and one in-memory bus: the layers of a module in
 * a process without configuration.
 */
export class Subject implements AsyncDisposable {
  readonly context: ModuleContext;
  readonly #bus: RoutingBus;

  /**
   * With `keep`, subscriptions outlive the module, as with
   * `on-failure = "restart"`.
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
