import net from "node:net";
import type { Address } from "./greeting.ts";
import { reset } from "./sockets.ts";

/** Direction of bytes through the proxy. */
export type Direction = "to-server" | "to-client";

/**
 * One connection through a proxy: that of the client, and that to the server.
 */
export class ProxyLink {
  readonly #client: net.Socket;
  readonly #server: net.Socket;
  readonly #ways: Readonly<Record<Direction, Way>>;
  /** Resolves when both connections are closed. */
  readonly closed: Promise<unknown>;
  #open = true;

  /**
   * Connects to the server on behalf of a client. Calls `changed` when bytes
   * are held back and when the client's connection ends.
   */
  constructor(client: net.Socket, server: Address, changed: () => void) {
    const { hostname: host, port } = server;
    this.#client = client;
    this.#server = net.connect({
      host,
      port,
      allowHalfOpen: true,
      noDelay: true,
    });
    this.#ways = {
      "to-server": new Way(this.#client, this.#server, changed),
      "to-client": new Way(this.#server, this.#client, changed),
    };
    this.closed = Promise.all([closing(client), closing(this.#server)]);
    const ended = () => {
      this.#open = false;
      changed();
    };
    client.on("end", ended).on("close", ended);
  }

  /**
   * True until the end of the client's connection is visible. It is not visible
   * while the last bytes of the client are held back.
   */
  get open(): boolean {
    return this.#open;
  }

  /** Returns true if bytes, or an end, are held back in this direction. */
  holds(direction: Direction): boolean {
    return this.#ways[direction].holds;
  }

  /** Holds back all bytes in this direction. */
  stall(direction: Direction): void {
    this.#ways[direction].stall();
  }

  /** Passes everything, held bytes first. */
  flow(): void {
    for (const way of Object.values(this.#ways)) way.flow();
  }

  /** Resets both connections. Resolves when they are closed. */
  async cut(): Promise<void> {
    await Promise.all([reset(this.#client), reset(this.#server)]);
  }
}

function closing(socket: net.Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once("close", resolve));
}

/** One direction of a link. */
class Way {
  readonly #source: net.Socket;
  readonly #target: net.Socket;
  readonly #changed: () => void;
  #held: (() => void)[] = [];
  #stalled = false;

  constructor(source: net.Socket, target: net.Socket, changed: () => void) {
    this.#source = source;
    this.#target = target;
    this.#changed = changed;
    source.on("data", (chunk) => this.#do(() => this.#write(chunk)));
    source.on("end", () => this.#do(() => target.end()));
    source.on("error", () => this.#do(() => void reset(target)));
  }

  get holds(): boolean {
    return this.#held.length > 0;
  }

  stall(): void {
    this.#stalled = true;
  }

  flow(): void {
    this.#stalled = false;
    const held = this.#held;
    this.#held = [];
    for (const step of held) step();
    if (!this.#target.writableNeedDrain) this.#source.resume();
  }

  #do(step: () => void): void {
    if (!this.#stalled) return step();
    this.#held.push(step);
    // from here on the buffers of the sender fill, as with a dead line
    this.#source.pause();
    this.#changed();
  }

  #write(chunk: Uint8Array): void {
    if (this.#target.destroyed || this.#target.write(chunk)) return;
    this.#source.pause();
    this.#target.once("drain", () => {
      if (!this.#stalled) this.#source.resume();
    });
  }
}
