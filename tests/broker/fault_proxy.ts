import type net from "node:net";
import { Changes } from "./changes.ts";
import { freePort } from "./free_port.ts";
import type { Address } from "./greeting.ts";
import { type Direction, ProxyLink } from "./proxy_link.ts";
import { listen, reset } from "./sockets.ts";

const WAYS: readonly Direction[] = ["to-server", "to-client"];

/**
 * A TCP proxy in the test process that simulates a bad network. At first it
 * passes everything.
 *
 * `pass()`, `stall()` and `refuse()` set a lasting state for open and new
 * connections; `cut()` is a single event. An outage is `refuse()`, then
 * `cut()`.
 *
 * ```ts ignore
 * await using proxy = await FaultProxy.to(broker);
 * const client = connectTo(broker.url({ port: proxy.port }));
 * await proxy.connected(1);
 * proxy.stall();
 * ```
 */
export class FaultProxy implements AsyncDisposable {
  readonly hostname = "127.0.0.1";
  /** Port of the proxy; it stays the same while the proxy does not listen. */
  readonly port: number;
  readonly #target: Address;
  readonly #links = new Set<ProxyLink>();
  readonly #stalled = new Set<Direction>();
  readonly #changes = new Changes();
  #server: net.Server | undefined;
  #door: "open" | "hang-up" | "shut" = "open";
  #accepted = 0;

  private constructor(target: Address, port: number) {
    this.#target = target;
    this.port = port;
  }

  /** Starts a proxy in front of `target`, which does not have to run yet. */
  static async to(target: Address): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, freePort());
    await proxy.#listen();
    return proxy;
  }

  /**
   * Number of open connections. A connection whose end is held back still
   * counts.
   */
  get connections(): number {
    return [...this.#links].filter((link) => link.open).length;
  }

  /** Number of connections since the start, including those that were reset. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Passes everything again, held bytes first, and listens again. */
  async pass(): Promise<void> {
    this.#stalled.clear();
    this.#door = "open";
    for (const link of this.#links) link.flow();
    if (!this.#server) await this.#listen();
  }

  /**
   * Holds back all bytes in one direction or both, without closing a
   * connection. The bytes fill the buffers, then the sender waits.
   */
  stall(direction: Direction | "both" = "both"): void {
    const ways = direction === "both" ? WAYS : [direction];
    for (const way of ways) {
      this.#stalled.add(way);
      for (const link of this.#links) link.stall(way);
    }
  }

  /**
   * Refuses new connections: stops listening (`shut`), or accepts and resets
   * each connection (`hang-up`). Open connections stay.
   */
  async refuse(how: "shut" | "hang-up" = "shut"): Promise<void> {
    this.#door = how;
    if (how === "hang-up" && !this.#server) await this.#listen();
    if (how === "shut") this.#stopListening();
  }

  /**
   * Resets all open connections on both sides. Resolves when they are closed.
   */
  async cut(): Promise<void> {
    await Promise.all([...this.#links].map((link) => link.cut()));
  }

  /** Resolves when `count` connections are open. */
  connected(count: number): Promise<void> {
    return this.#until(() => this.connections >= count, `${count} connections`);
  }

  /** Resolves when no connection is open. */
  disconnected(): Promise<void> {
    return this.#until(() => this.connections === 0, "the last one's end");
  }

  /**
   * Resolves when connection number `count`, counted from 1, has arrived since
   * the start.
   */
  came(count: number): Promise<void> {
    return this.#until(() => this.#accepted >= count, `number ${count}`);
  }

  /**
   * Resolves when a stalled direction holds something back, for instance a
   * confirm or a heartbeat.
   */
  holding(direction: Direction): Promise<void> {
    const holds = () => [...this.#links].some((link) => link.holds(direction));
    return this.#until(holds, `something to hold back ${direction}`);
  }

  /**
   * Stops listening and resets all connections; calling it twice is harmless.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#door = "shut";
    this.#stopListening();
    await this.cut();
  }

  async #listen(): Promise<void> {
    this.#server = await listen(this.port, (socket) => this.#enter(socket));
  }

  #stopListening(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  #enter(socket: net.Socket): void {
    this.#accepted++;
    if (this.#door === "open") this.#link(socket);
    else void reset(socket);
    this.#changes.notify();
  }

  #link(socket: net.Socket): void {
    const link = new ProxyLink(
      socket,
      this.#target,
      () => this.#changes.notify(),
    );
    for (const direction of this.#stalled) link.stall(direction);
    this.#links.add(link);
    link.closed.then(() => this.#links.delete(link));
  }

  #until(holds: () => boolean, what: string): Promise<void> {
    return this.#changes.until(
      holds,
      () =>
        `${what}: ${this.connections} open, ${this.#accepted} ever, "${this.#door}"`,
    );
  }
}
