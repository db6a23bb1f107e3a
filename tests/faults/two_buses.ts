import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import { FaultProxy } from "../broker/fault_proxy.ts";
import type { PrivateBroker } from "../broker/private_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus, newExchange } from "./new_bus.ts";

/** Two open buses on one exchange: one behind a proxy, and one that nothing happens to. */
export class TwoBuses implements AsyncDisposable {
  /** In front of the first one. */
  readonly proxy: FaultProxy;
  /** The first one's records. */
  readonly log: LogWatch;
  /** The first one. */
  readonly cut: RabbitMqBus;
  /** The other one. */
  readonly whole: RabbitMqBus;
  /** What both are on. */
  readonly exchange: string;

  private constructor(
    broker: PrivateBroker,
    proxy: FaultProxy,
    settings: Record<string, unknown>,
  ) {
    this.proxy = proxy;
    this.log = new LogWatch();
    this.exchange = newExchange();
    const url = broker.url({ port: proxy.port });
    // No heartbeat comes between: what the proxy holds back is what the test means.
    const common = { exchange: this.exchange, heartbeat: 60 };
    this.cut = newBus({ ...common, url, ...settings }, this.log);
    this.whole = newBus({ ...common, url: broker.url() });
  }

  /** Opens both; `settings` are the first one's. */
  static async open(
    broker: PrivateBroker,
    settings: Record<string, unknown> = {},
  ): Promise<TwoBuses> {
    const proxy = await FaultProxy.to(broker);
    const buses = new TwoBuses(broker, proxy, settings);
    await Promise.all([buses.cut.open(), buses.whole.open()]);
    return buses;
  }

  /** Cuts the first one off until `proxy.pass()`; resolves when it has noticed. */
  async outage(): Promise<void> {
    await this.proxy.refuse();
    await this.proxy.cut();
    await this.log.until(/no connection/);
  }

  /** Closes all. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.cut.close(), this.whole.close()]);
    await this.proxy[Symbol.asyncDispose]();
  }
}
