import type { BusAbilities, Log, MessageBus } from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";
import { BusServer } from "../wire/server/bus_server.ts";
import type { Outbox } from "../wire/outbox.ts";

/** Options of {@linkcode GuestBus}. */
export interface GuestBusOptions {
  readonly definition: BusClass;
  readonly outbox: Outbox;
  /** Maximum size of a message, in bytes. */
  readonly messageSize: number;
  readonly log: Log;
}

/**
 * Runs an isolated bus for its host. The roles are those of the bridge of a
 * module, exchanged: the guest serves the bus, and the host is the client.
 */
export class GuestBus {
  readonly definition: BusClass;
  readonly #options: GuestBusOptions;
  #bus: MessageBus | undefined;
  #relay: BusServer | undefined;
  /** Bytes that arrived before the bus existed. */
  #early = 0;

  /** The bus; it exists once its section is checked. */
  constructor(options: GuestBusOptions) {
    this.#options = options;
    this.definition = options.definition;
    // the host always accepts the deliveries that it has demanded
    options.outbox.grant(Infinity);
  }

  /**
   * Creates the bus with its checked section, without connecting it. Returns
   * the abilities of the bus.
   */
  create(id: string, config: unknown): BusAbilities {
    const { definition, outbox, messageSize, log } = this.#options;
    const bus = this.#bus = definition.create({ id, log }, config);
    this.#relay = new BusServer({
      bus,
      outbox,
      messageSize,
      onUnsendable: (topic, reason) =>
        log.warn("dropped a message on {topic}: {reason}", { topic, reason }),
    });
    this.#relay.owe(this.#early);
    const { external, durable, exactlyOnce, backPressure } = bus.abilities;
    return { external, durable, exactlyOnce, backPressure };
  }

  /** Connects the bus. */
  async open(): Promise<void> {
    await this.#bus?.open();
  }

  /** Handles a frame for the bus. */
  receive(items: readonly unknown[], bytes: number): void {
    if (this.#relay) this.#relay.owe(bytes);
    else this.#early += bytes;
    this.#relay?.receive(items, bytes);
  }

  /** Closes the bus. */
  async close(): Promise<void> {
    await this.#relay?.close();
    await this.#bus?.close();
  }
}
