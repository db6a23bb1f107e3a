import { CaryatidError } from "@caryatid/sdk";
import { type ProcessOrder, startGuestProcess } from "../host/guest_process.ts";
import { guestName } from "../host/guest_spawner.ts";
import { sealGuest } from "../host/sealed_guest.ts";
import type { SealedProgram } from "../host/worker_spawner.ts";
import type { RelayAddress } from "./relay_address.ts";
import { FROM_RELAY, RelayWriter } from "./relay_frames.ts";
import { relayProcess } from "./relayed_process.ts";

/** Maximum number of processes of one module or bus, also during swaps. */
const MOST_LIVES = 4;
/** Maximum length of the line that names the module, in bytes. */
const MOST_LINE = 4096;

/** Order of an isolated module or bus, from the configuration. */
export interface RelayOrder
  extends Omit<ProcessOrder, "onOutput" | "onWarning"> {
  /** True for a worker: the relay seals its code, and starts nothing. */
  readonly inWorker: boolean;
}

/** Options of {@linkcode GuestRelay}. */
export interface GuestRelayOptions {
  /** Orders of the modules that it starts, until `follow` replaces them. */
  readonly orders: readonly RelayOrder[];
  /** Flags that set how Deno resolves and loads imports. */
  readonly projectFlags: readonly string[];
}

/**
 * Starts the processes of guests, and seals the code of workers, for a program
 * that may not run Deno, which equals every permission. The program sends only
 * the name of the module. The relay has the permissions of its process.
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

  /** Listens for connections. */
  constructor(options: GuestRelayOptions) {
    this.#projectFlags = options.projectFlags;
    this.#orders = options.orders;
    this.#folder = Deno.makeTempDirSync({ prefix: "caryatid-" });
    const path = `${Deno.realPathSync(this.#folder)}/relay`;
    this.address = { path, token: crypto.randomUUID() };
    this.#server = Deno.listen({ transport: "unix", path });
    this.#serving = this.#serve();
  }

  /** Replaces the orders. Running processes continue. */
  follow(orders: readonly RelayOrder[]): void {
    this.#orders = orders;
  }

  /** Ends all of its guests. A second call has no effect. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#server.close();
    } catch {
      return; // it is closed
    }
    // Readers of these connections receive their end.
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
      // The host has closed the connection.
    } finally {
      if (this.#connections.delete(connection)) closeQuietly(connection);
    }
  }

  /** Returns the wanted order, or the reason why it is refused. */
  #orderOf(line: string | undefined): RelayOrder | string {
    const [token, name] = read(line);
    if (token !== this.address.token) return "the request has a wrong token";
    const order = this.#orders.find((order) => guestName(order) === name);
    if (order === undefined) {
      return "the configuration has no such order";
    }
    return this.#living(guestName(order)) < MOST_LIVES
      ? order
      : `${MOST_LIVES} of it run already`;
  }

  async #live(connection: Deno.UnixConn, order: RelayOrder): Promise<void> {
    this.#lives.set(guestName(order), this.#living(guestName(order)) + 1);
    try {
      const sealed = await sealGuest(order, this.#projectFlags);
      if (order.inWorker) await sendProgram(connection, sealed);
      else {
        await relayProcess(
          connection,
          (listeners) => startGuestProcess({ ...order, ...listeners }, sealed),
        );
      }
    } catch (error) {
      if (!(error instanceof CaryatidError)) throw error;
      const { message } = error;
      await new RelayWriter(connection).write(FROM_RELAY.refused, message);
    } finally {
      this.#lives.set(guestName(order), this.#living(guestName(order)) - 1);
    }
  }

  #living(name: string): number {
    return this.#lives.get(name) ?? 0;
  }
}

/** Sends the code of a worker. */
async function sendProgram(
  connection: Deno.UnixConn,
  { loader, frame }: SealedProgram,
): Promise<void> {
  const host = new RelayWriter(connection);
  await host.write(FROM_RELAY.loader, loader);
  await host.write(FROM_RELAY.graph, frame);
  await host.write(FROM_RELAY.sealed, "");
}

/** Reads the first line. The host sends nothing more before the answer. */
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
