import {
  guestName,
  type GuestOrder,
  type GuestSpawner,
  type SpawnedGuest,
} from "../host/guest_spawner.ts";
import type { Link } from "../wire/link.ts";
import { PipeLink } from "../wire/pipe_link.ts";
import type { RelayAddress } from "./relay_address.ts";
import { connectRelay, refusedError } from "./relay_connection.ts";
import { FROM_RELAY, RelayReader, writeAll } from "./relay_frames.ts";

const TEXT = new TextDecoder();

/**
 * Starts guests through a relay: only the relay may start processes, and it has
 * the grants of each guest.
 */
export function relaySpawner(address: RelayAddress): GuestSpawner {
  return {
    isolation: "process",
    async spawn(order: GuestOrder): Promise<SpawnedGuest> {
      const connection = await connectRelay(address, guestName(order));
      const guest = new RelayedGuest(connection, order);
      await guest.started();
      return guest;
    },
  };
}

/** A guest at the other end of a relay. */
class RelayedGuest implements SpawnedGuest {
  readonly link: Link;
  readonly #connection: Deno.UnixConn;
  readonly #order: GuestOrder;
  readonly #frames: RelayReader;
  readonly #ended = Promise.withResolvers<string>();
  #jail: string | undefined;
  #reading: Promise<Uint8Array | null> | undefined;
  #closing: Promise<void> | undefined;

  constructor(connection: Deno.UnixConn, order: GuestOrder) {
    this.#connection = connection;
    this.#order = order;
    this.#frames = new RelayReader(connection);
    this.link = new PipeLink({
      read: () => this.#reading = this.#read(),
      write: (bytes) => writeAll(connection, bytes),
      close: () => {
        this.#closing ??= this.#close();
      },
    }, order.mostBatch);
  }

  get jail(): string | undefined {
    return this.#jail;
  }

  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  /** Resolves after the start. Rejects with `GUEST_REFUSED`. */
  async started(): Promise<void> {
    let first = await this.#next();
    while (first?.kind === FROM_RELAY.warning) {
      this.#order.onWarning(TEXT.decode(first.bytes));
      first = await this.#next();
    }
    if (first?.kind === FROM_RELAY.started) {
      this.#jail = TEXT.decode(first.bytes);
      return;
    }
    this.#connection.close();
    const why = first ? TEXT.decode(first.bytes) : "the relay does not answer";
    throw refusedError(guestName(this.#order), why);
  }

  kill(): Promise<void> {
    this.link.close();
    return this.#closing!;
  }

  /**
   * Closes the connection for writing, which ends the process, and waits for
   * the report of its end.
   */
  async #close(): Promise<void> {
    await this.#connection.closeWrite().catch(() => {}); // it is gone
    await this.#reading;
    while (await this.#read() !== null);
    this.#connection.close();
  }

  async #read(): Promise<Uint8Array | null> {
    for (;;) {
      const frame = await this.#next();
      if (frame === null) {
        this.#ended.resolve("the relay has ended");
        return null;
      }
      const { kind, bytes } = frame;
      if (kind === FROM_RELAY.data) return bytes;
      const text = TEXT.decode(bytes);
      if (kind === FROM_RELAY.output) this.#order.onOutput(text);
      if (kind === FROM_RELAY.ended) this.#ended.resolve(text);
    }
  }

  /** A connection that breaks has ended, too. */
  async #next() {
    try {
      return await this.#frames.next();
    } catch {
      return null;
    }
  }
}
