import { CaryatidError, type Log } from "@caryatid/sdk";
import type { ChannelModel } from "amqplib";
import type { BackOff } from "./back_off.ts";
import type { BrokerAddress } from "./broker_address.ts";
import { type Trouble, troubleOf, unavailableError } from "./failures.ts";
import { type ConnectOptions, OpenConnection } from "./open_connection.ts";

/** How to reach the broker. `name` is `publishing` or `consuming`. */
export interface LinkOptions extends Omit<ConnectOptions, "signal"> {
  /** Tried in turn. */
  readonly addresses: readonly BrokerAddress[];
  /** Waits between tries, shared with the other links of the bus. */
  readonly backOff: BackOff;
  readonly log: Log;
}

/** What lives on a link. */
export interface Resident {
  /** Sets itself up on a new connection. What it throws takes the connection down again. */
  attach(connection: ChannelModel): Promise<void>;
  /** The connection is gone. */
  detach(): void;
}

/** A connection that comes back. Publishing and consuming each have one: a broker that blocks stops all of a connection. */
export class Link {
  readonly #options: LinkOptions;
  readonly #resident: Resident;
  readonly #closing = new AbortController();
  readonly #first = Promise.withResolvers<void>();
  #connection: OpenConnection | undefined;
  #kept: Promise<void> | undefined;
  #opened = false;
  #trouble: { readonly host: string; readonly trouble: Trouble } | undefined;

  /** Nothing is connected yet. */
  constructor(options: LinkOptions, resident: Resident) {
    this.#options = options;
    this.#resident = resident;
    this.#first.promise.catch(() => {}); // who opens it hears of it
  }

  /** Connects, and keeps connecting. Rejects with `BUS_UNAVAILABLE` when trying again cannot help. */
  open(): Promise<void> {
    this.#kept ??= this.#keep();
    return this.#first.promise;
  }

  /** Why it was never connected, if so: what the last try met. */
  get unopened(): CaryatidError | undefined {
    if (this.#opened) return undefined;
    const { host, trouble } = this.#trouble ?? {
      host: this.#options.addresses[0]!.shown,
      trouble: { text: "there is no answer yet", hint: undefined },
    };
    return unavailableError(`connect to ${host}`, trouble);
  }

  /** Whether there is a connection, and the broker answers on it in time. */
  async answers(): Promise<boolean> {
    return await this.#connection?.answers() ?? false;
  }

  /** Disconnects for good. Takes a second at most, whatever the broker does. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#first.reject(
      new CaryatidError("BUS_CLOSED", "Cannot connect: the bus is closed"),
    );
    await this.#connection?.close();
    await this.#kept;
  }

  async #keep(): Promise<void> {
    const { addresses, backOff } = this.#options;
    const { signal } = this.#closing;
    let hopeless = 0;
    while (!signal.aborted) {
      const address = addresses[backOff.tries % addresses.length]!;
      const failure = await this.#once(address);
      if (signal.aborted) return;
      const trouble = troubleOf(failure, address);
      this.#trouble = { host: address.shown, trouble };
      hopeless = trouble.permanent ? hopeless + 1 : 0;
      if (hopeless >= addresses.length && !this.#opened) {
        const what = `connect to ${address.shown}`;
        return this.#first.reject(unavailableError(what, trouble));
      }
      await backOff.wait(address.shown, trouble, signal);
    }
  }

  /** One connection, from its handshake to its end. Gives the reason of that. */
  async #once(address: BrokerAddress): Promise<unknown> {
    const { signal } = this.#closing;
    const { backOff } = this.#options;
    let connection: OpenConnection | undefined;
    try {
      connection = await OpenConnection.to(address, {
        ...this.#options,
        signal,
      });
      this.#connection = connection;
      if (signal.aborted) return; // just now: who closed this has not seen it
      this.#tellWhenBlocked(connection.model);
      await this.#resident.attach(connection.model);
      const since = performance.now();
      this.#opened = true;
      backOff.connected(address.shown);
      this.#first.resolve();
      const reason = await connection.ended;
      backOff.ended(performance.now() - since);
      return reason;
    } catch (error) {
      // Of a connection that is cut, amqplib's calls only say that there is none.
      return connection?.failure ?? error;
    } finally {
      this.#connection = undefined;
      this.#resident.detach();
      await connection?.close();
    }
  }

  #tellWhenBlocked(connection: ChannelModel): void {
    const { log } = this.#options;
    connection.on(
      "blocked",
      (reason) =>
        log.warn("the broker blocks publishing: {reason}", { reason }),
    );
    connection.on(
      "unblocked",
      () => log.info("the broker lets publishing go on"),
    );
  }
}
