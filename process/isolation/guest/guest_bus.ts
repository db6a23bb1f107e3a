import type { BusAbilities, Log, MessageBus } from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";
import { BusServer } from "../wire/server/bus_server.ts";
import type { Outbox } from "../wire/outbox.ts";

/** Options of {@linkcode GuestBus}. */
export interface GuestBusOptions {
  readonly definition: BusClass;
  readonly outbox: Outbox;
  /** The longest message, in bytes. */
  readonly messageSize: number;
  readonly log: Log;
}

/**
 * A bus that is isolated: what its host asks for is done on it here. The roles
 * are those of a module's bridge, exchanged: here is the bus, there is who uses
 * it.
 */
export class GuestBus {
  readonly definition: BusClass;
  readonly #options: GuestBusOptions;
  #bus: MessageBus | undefined;
  #relay: BusServer | undefined;
  /** Bytes that came before there was a bus. */
  #early = 0;

  /** It is made once its section is checked. */
  constructor(options: GuestBusOptions) {
    this.#options = options;
    this.definition = options.definition;
    options.outbox.grant(Infinity); // its host takes what it has demanded
  }

  /**
   * Makes the bus with its checked section. Nothing is connected yet. Gives
   * what it can do.
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

  /** Connects it. */
  async open(): Promise<void> {
    await this.#bus?.open();
  }

  /** Deals with a frame that is one for a bus. */
  receive(items: readonly unknown[], bytes: number): void {
    if (this.#relay) this.#relay.owe(bytes);
    else this.#early += bytes;
    this.#relay?.receive(items, bytes);
  }

  /** Closes it. */
  async close(): Promise<void> {
    await this.#relay?.close();
    await this.#bus?.close();
  }
}
