import { type ProcessOrder, startGuestProcess } from "../host/guest_process.ts";
import { guestName } from "../host/guest_spawner.ts";
import type { RelayAddress } from "./relay_address.ts";
import { FROM_RELAY, RelayWriter } from "./relay_frames.ts";
import { relayProcess } from "./relayed_process.ts";

/** Processes of one module or bus at a time: the one that is swapped for another, and that. */
const MOST_LIVES = 4;
/** The longest line that says who is wanted. */
const MOST_LINE = 4096;

/** What the configuration says of a module that has a process of its own. */
export type RelayOrder = Omit<ProcessOrder, "onOutput">;

/** What a {@linkcode GuestRelay} is made of. */
export interface GuestRelayOptions {
  /** The only modules whose processes it starts, and how, until `follow` is given others. */
  readonly orders: readonly RelayOrder[];
  /** Tell Deno what imports are resolved by, and where they come from. */
  readonly projectFlags: readonly string[];
}

/**
 * Starts the processes of guests for a program that may not: who may start Deno may do anything. That program says which module it
 * wants, and nothing else; what its process may do is known here.
 */
export class GuestRelay implements AsyncDisposable {
  readonly address: RelayAddress;
  readonly #projectFlags: readonly string[];
  #orders: readonly RelayOrder[];
  readonly #folder: string;
  readonly #server: Deno.UnixListener;
  readonly #lives = new Map<string, number>();
  readonly #connections = new Set<Deno.UnixConn>();
  readonly #serving: Promise<void>;

  /** Takes connections from here on. */
  constructor(options: GuestRelayOptions) {
    this.#projectFlags = options.projectFlags;
    this.#orders = options.orders;
    this.#folder = Deno.makeTempDirSync({ prefix: "caryatid-" });
    const path = `${Deno.realPathSync(this.#folder)}/relay`;
    this.address = { path, token: crypto.randomUUID() };
    this.#server = Deno.listen({ transport: "unix", path });
    this.#serving = this.#serve();
  }

  /** What it starts from here on; processes that run aren't touched. */
  follow(orders: readonly RelayOrder[]): void {
    this.#orders = orders;
  }

  /** Ends all of its guests. Harmless twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#server.close();
    } catch {
      return; // it is closed
    }
    // Whoever reads from them finds their end.
    for (const connection of this.#connections) connection.close();
    await this.#serving;
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #serve(): Promise<void> {
    const all = new Set<Promise<void>>();
    for await (const connection of this.#server) {
      const one = this.#relay(connection).finally(() => all.delete(one));
      all.add(one);
    }
    await Promise.all(all);
  }

  async #relay(connection: Deno.UnixConn): Promise<void> {
    this.#connections.add(connection);
    try {
      const order = this.#orderOf(await firstLine(connection));
      if (typeof order === "string") {
        const host = new RelayWriter(connection);
        return await host.write(FROM_RELAY.refused, order);
      }
      await this.#live(connection, order);
    } catch {
      // The host is gone, or never was one.
    } finally {
      if (this.#connections.delete(connection)) closeQuietly(connection);
    }
  }

  /** What is wanted; why not, if it can't be. */
  #orderOf(line: string | undefined): RelayOrder | string {
    const [token, name] = read(line);
    if (token !== this.address.token) return "it is asked for by a stranger";
    const order = this.#orders.find((order) => guestName(order) === name);
    if (order === undefined) {
      return "the configuration that was started doesn't say so";
    }
    return this.#living(guestName(order)) < MOST_LIVES
      ? order
      : `${MOST_LIVES} of it run already`;
  }

  async #live(connection: Deno.UnixConn, order: RelayOrder): Promise<void> {
    this.#lives.set(guestName(order), this.#living(guestName(order)) + 1);
    try {
      await relayProcess(
        connection,
        (onOutput) =>
          startGuestProcess({ ...order, onOutput }, this.#projectFlags),
      );
    } finally {
      this.#lives.set(guestName(order), this.#living(guestName(order)) - 1);
    }
  }

  #living(name: string): number {
    return this.#lives.get(name) ?? 0;
  }
}

/** Nothing follows it until it is answered. */
async function firstLine(
  connection: Deno.UnixConn,
): Promise<string | undefined> {
  const line = new Uint8Array(MOST_LINE);
  for (let at = 0; at < MOST_LINE;) {
    const length = await connection.read(line.subarray(at));
    if (length === null) return undefined;
    at += length;
    if (line[at - 1] === 0x0a) {
      return new TextDecoder().decode(line.subarray(0, at));
    }
  }
  return undefined;
}

function read(line: string | undefined): readonly unknown[] {
  try {
    const items: unknown = JSON.parse(line ?? "");
    return Array.isArray(items) ? items : [];
  } catch {
    return [];
  }
}

function closeQuietly(connection: Deno.UnixConn): void {
  try {
    connection.close();
  } catch {
    // it is closed
  }
}
