import { CaryatidError, type Log } from "@caryatid/sdk";
import { type ChannelModel, connect } from "amqplib";
import { shownHost, troubleOf, unavailableError } from "./failures.ts";

/** In milliseconds. The longest wait bounds how late a broker that came back is noticed. */
const FIRST_BACKOFF = 100;
const LONGEST_BACKOFF = 1_500;
/** How often a broker that stays away is told, in milliseconds. */
const REMIND_EVERY = 60_000;

/** How to reach the broker. */
export interface LinkOptions {
  /** Tried in turn. */
  readonly urls: readonly string[];
  /** For logs: `publishing` or `consuming`. */
  readonly name: string;
  /** Longest time to connect, the handshake included, in milliseconds. */
  readonly connectTimeout: number;
  /** In seconds. */
  readonly heartbeat: number;
  /** Certificates. */
  readonly tls: Readonly<Record<string, unknown>>;
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
  #connection: ChannelModel | undefined;
  #kept: Promise<void> | undefined;
  #tries = 0;
  #opened = false;
  #toldAt = 0;

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

  /** Takes the connection down; a new one is made. */
  reset(): void {
    this.#connection?.close().catch(() => {}); // it may be down by itself
  }

  /** Disconnects for good. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#first.reject(
      new CaryatidError("BUS_CLOSED", "Cannot connect: the bus is closed"),
    );
    this.reset();
    await this.#kept;
  }

  async #keep(): Promise<void> {
    const { signal } = this.#closing;
    const { urls } = this.#options;
    while (!signal.aborted) {
      const url = urls[this.#tries % urls.length]!;
      try {
        await this.#once(url);
      } catch (error) {
        if (signal.aborted) return;
        const trouble = troubleOf(error, url);
        const host = shownHost(url);
        if (trouble.permanent && !this.#opened && urls.length === 1) {
          const failure = unavailableError(`connect to ${host}`, trouble);
          this.#options.log.error("{message} ({hint})", {
            message: failure.message,
            hint: failure.hint,
          });
          this.#first.reject(failure);
          return;
        }
        await this.#backOff(host, trouble.text);
      }
    }
  }

  /** One connection, from its handshake to its end. */
  async #once(url: string): Promise<void> {
    const { heartbeat, connectTimeout, tls, log, name } = this.#options;
    const target = new URL(url);
    target.searchParams.set("heartbeat", String(heartbeat));
    const connection = await connect(target.href, {
      ...tls,
      timeout: connectTimeout,
      noDelay: true,
      clientProperties: { connection_name: `caryatid ${name}` },
    });
    let failure: unknown;
    const ended = new Promise<void>((resolve) => {
      connection.on("error", (error) => failure = error);
      connection.on("close", () => resolve());
    });
    connection.on(
      "blocked",
      (reason) =>
        log.warn("the broker blocks publishing: {reason}", { reason }),
    );
    connection.on(
      "unblocked",
      () => log.info("the broker lets publishing go on"),
    );
    this.#connection = connection;
    if (this.#closing.signal.aborted) this.reset();
    try {
      await this.#resident.attach(connection);
      if (this.#tries > 0) {
        log.info("connected to {host} ({name})", {
          host: shownHost(url),
          name,
        });
      }
      this.#tries = 0;
      this.#opened = true;
      this.#first.resolve();
      await ended;
      throw failure ?? new Error("the broker closed the connection");
    } finally {
      this.#connection = undefined;
      this.#resident.detach();
      connection.close().catch(() => {}); // down by itself, mostly
    }
  }

  /** Full jitter: half of the wait is fixed, half is random, so that processes don't come back all at once. */
  async #backOff(host: string, cause: string): Promise<void> {
    const longest = Math.min(
      FIRST_BACKOFF * 2 ** this.#tries++,
      LONGEST_BACKOFF,
    );
    const wait = Math.round(longest / 2 * (1 + Math.random()));
    const { log, name } = this.#options;
    // Once per step of the back-off, and then as a reminder.
    const now = performance.now();
    if (longest < LONGEST_BACKOFF || now - this.#toldAt > REMIND_EVERY) {
      this.#toldAt = now;
      log.warn(
        "no connection to {host} ({name}): {cause}; next try in {wait} ms",
        { host, name, cause, wait },
      );
    }
    await pause(wait, this.#closing.signal);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
