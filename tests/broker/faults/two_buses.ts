import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import type { Log } from "@caryatid/sdk";
import { turn } from "../../../sdk/testing/conformance/promises.ts";
import { FaultProxy } from "../fault_proxy.ts";
import type { PrivateBroker } from "../private_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus, newExchange } from "./new_bus.ts";

/**
 * Two open buses on one exchange. A proxy in front of the first one can cut it
 * off; the second one is never disturbed.
 */
export class TwoBuses implements AsyncDisposable {
  /** The proxy in front of `cut`. */
  readonly proxy: FaultProxy;
  /** Log of `cut`. */
  readonly log: LogWatch = new LogWatch();
  /** Log of both buses. */
  readonly bothLogs: LogWatch = new LogWatch();
  /** The bus behind the proxy. */
  readonly cut: RabbitMqBus;
  /** The other bus. */
  readonly whole: RabbitMqBus;
  /** The exchange of both buses. */
  readonly exchange: string;

  private constructor(
    broker: PrivateBroker,
    proxy: FaultProxy,
    settings: Record<string, unknown>,
  ) {
    this.proxy = proxy;
    this.exchange = newExchange();
    const url = broker.url({ port: proxy.port });
    // A long heartbeat: only the proxy may end a connection.
    const common = { exchange: this.exchange, heartbeat: 60 };
    this.cut = newBus(
      { ...common, url, ...settings },
      tee(this.log, this.bothLogs),
    );
    this.whole = newBus({ ...common, url: broker.url() }, this.bothLogs);
  }

  /** Opens both buses; `settings` are those of `cut`. */
  static async open(
    broker: PrivateBroker,
    settings: Record<string, unknown> = {},
  ): Promise<TwoBuses> {
    const proxy = await FaultProxy.to(broker);
    const buses = new TwoBuses(broker, proxy, settings);
    await Promise.all([buses.cut.open(), buses.whole.open()]);
    return buses;
  }

  /**
   * Cuts `cut` off until `proxy.pass()`. Resolves when both of its connections
   * have noticed. They share one record, which the first one logs; the other
   * one reads the end of its socket in the same turn of the event loop, or in
   * the next one.
   */
  async outage(): Promise<void> {
    await this.proxy.refuse();
    await this.proxy.cut();
    await this.log.until(/no connection/);
    for (let turns = 0; turns < 3; turns++) await turn();
  }

  /** Closes the buses and the proxy. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.cut.close(), this.whole.close()]);
    await this.proxy[Symbol.asyncDispose]();
  }
}

/** Returns a log that writes to two others. */
function tee(one: Log, other: Log): Log {
  const write =
    (level: "debug" | "info" | "warn" | "error"): Log["warn"] =>
    (text, properties) => {
      one[level](text, properties);
      other[level](text, properties);
    };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
}
