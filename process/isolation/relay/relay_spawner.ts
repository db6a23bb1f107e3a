import { CaryatidError } from "@caryatid/sdk";
import {
  guestName,
  type GuestOrder,
  type GuestSpawner,
  type SpawnedGuest,
} from "../host/guest_spawner.ts";
import type { Link } from "../link.ts";
import { PipeLink } from "../pipe_link.ts";
import type { RelayAddress } from "./relay_address.ts";
import { FROM_RELAY, RelayReader, writeAll } from "./relay_frames.ts";

const TEXT = new TextDecoder();

/** Has guests started by whoever has started this program: it alone may start processes, and knows what each may be granted. */
export function relaySpawner(address: RelayAddress): GuestSpawner {
  return {
    isolation: "process",
    async spawn(order: GuestOrder): Promise<SpawnedGuest> {
      const connection = await connect(address, guestName(order));
      const guest = new RelayedGuest(connection, order);
      await guest.started();
      return guest;
    },
  };
}

async function connect(
  { path, token }: RelayAddress,
  name: string,
): Promise<Deno.UnixConn> {
  try {
    const connection = await Deno.connect({ transport: "unix", path });
    const line = `${JSON.stringify([token, name])}\n`;
    await writeAll(connection, new TextEncoder().encode(line));
    return connection;
  } catch (cause) {
    throw refused(name, "what started this program has ended", cause);
  }
}

/** A guest at the other end of a relay. */
class RelayedGuest implements SpawnedGuest {
  readonly link: Link;
  readonly #connection: Deno.UnixConn;
  readonly #order: GuestOrder;
  readonly #frames: RelayReader;
  readonly #ended = Promise.withResolvers<string>();
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

  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  /** Rejects with `GUEST_REFUSED` if it wasn't. */
  async started(): Promise<void> {
    const first = await this.#next();
    if (first?.kind === FROM_RELAY.started) return;
    this.#connection.close();
    const why = first ? TEXT.decode(first.bytes) : "nobody answers";
    throw refused(guestName(this.#order), why);
  }

  kill(): Promise<void> {
    this.link.close();
    return this.#closing!;
  }

  /** Its process ends when nothing more can be said to it; that it has is told last. */
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
        this.#ended.resolve("what started it has ended");
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

function refused(name: string, why: string, cause?: unknown): CaryatidError {
  return new CaryatidError(
    "GUEST_REFUSED",
    `Cannot start ${name} in a process of its own: ${why}`,
    { cause },
  );
}
