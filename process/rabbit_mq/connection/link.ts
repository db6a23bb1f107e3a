import { BackOff } from "../../broker/back_off.ts";
import type { RabbitMqSettings } from "../settings.ts";
import { BrokerAddress } from "./address.ts";
import type { ConnectionProblem } from "../../broker/connection_problem.ts";
import { describeProblem, unavailableError } from "./failures.ts";
import { type ConnectOptions, OpenConnection } from "./open_connection.ts";
import { readSettingFiles } from "./setting_files.ts";
import { CaryatidError, type Log } from "@caryatid/sdk";
import type { ChannelModel } from "amqplib";

/** Options of {@linkcode Link}. `name` is `publishing` or `consuming`. */
export interface LinkOptions extends Omit<ConnectOptions, "signal"> {
  /** Addresses of the broker, tried in turn. */
  readonly addresses: readonly BrokerAddress[];
  /** Waits between attempts, shared with the other links of the bus. */
  readonly backOff: BackOff;
  readonly log: Log;
}

/** User of a link, which is set up on each of its connections. */
export interface ConnectionUser {
  /**
   * Sets the user up on a new connection. If it rejects, the connection is
   * closed.
   */
  attach(connection: ChannelModel): Promise<void>;
  /** Called when the connection is lost, or could not be opened. */
  detach(): void;
}

/**
 * A connection that is opened again when it ends. Publishing and consuming have
 * separate links, because a broker that blocks stops a whole connection.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #user: ConnectionUser;
  readonly #closing = new AbortController();
  readonly #first = Promise.withResolvers<void>();
  #connection: OpenConnection | undefined;
  #kept: Promise<void> | undefined;
  #opened = false;
  /** True while its user is set up on the connection. */
  #attached = false;
  #blocked: string | undefined;
  #trouble:
    | { readonly host: string; readonly trouble: ConnectionProblem }
    | undefined;

  /** Creates a link without connecting it. */
  constructor(options: LinkOptions, user: ConnectionUser) {
    this.#options = options;
    this.#user = user;
    this.#first.promise.catch(() => {}); // open() rejects with it
  }

  /**
   * Connects, and reconnects when the connection ends. Rejects with
   * `BUS_UNAVAILABLE` if a further attempt cannot help.
   */
  open(): Promise<void> {
    this.#kept ??= this.#keep();
    return this.#first.promise;
  }

  /**
   * Error of the last attempt if the link was never connected; otherwise
   * undefined.
   */
  get unopened(): CaryatidError | undefined {
    if (this.#opened) return undefined;
    const { host, trouble } = this.#trouble ?? {
      host: this.#options.addresses[0]!.shown,
      trouble: { text: "there is no answer yet", hint: undefined },
    };
    return unavailableError(`connect to ${host}`, trouble);
  }

  /**
   * Reason why no message can be sent now: the connection is missing, or the
   * broker blocks it. Undefined if messages can be sent.
   */
  get outage(): string | undefined {
    if (this.#blocked !== undefined) {
      return `the broker blocks publishing: ${this.#blocked}`;
    }
    if (this.#attached) return undefined;
    return this.#trouble
      ? `${this.#trouble.host}: ${this.#trouble.trouble.text}`
      : "not connected";
  }

  /** True while the broker blocks publishing on this connection. */
  get blocked(): boolean {
    return this.#blocked !== undefined;
  }

  /** Returns true if the link is connected and the broker answers in time. */
  async answers(): Promise<boolean> {
    return await this.#connection?.answers() ?? false;
  }

  /** Disconnects for good. Takes at most a second, whatever the broker does. */
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
      const trouble = describeProblem(failure, address);
      this.#trouble = { host: address.shown, trouble };
      hopeless = trouble.permanent ? hopeless + 1 : 0;
      if (hopeless >= addresses.length && !this.#opened) {
        const what = `connect to ${address.shown}`;
        return this.#first.reject(unavailableError(what, trouble));
      }
      await backOff.wait(address.shown, trouble, signal);
    }
  }

  /** Opens a connection and resolves with the reason when it has ended. */
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
      if (signal.aborted) return; // close() did not see this connection
      this.#reportBlocking(connection.model);
      await this.#user.attach(connection.model);
      const since = performance.now();
      this.#opened = this.#attached = true;
      backOff.connected(address.shown);
      this.#first.resolve();
      const reason = await connection.ended;
      this.#attached = false;
      backOff.ended(performance.now() - since);
      return reason;
    } catch (error) {
      // When a connection was cut, the errors of amqplib only say that it is
      // closed.
      return connection?.failure ?? error;
    } finally {
      this.#connection = undefined;
      this.#attached = false;
      this.#blocked = undefined;
      this.#user.detach();
      await connection?.close();
    }
  }

  #reportBlocking(connection: ChannelModel): void {
    const { log } = this.#options;
    connection.on("blocked", (reason) => {
      this.#blocked = String(reason);
      log.warn("the broker blocks publishing: {reason}", { reason });
    });
    connection.on("unblocked", () => {
      this.#blocked = undefined;
      log.info("the broker unblocked publishing");
    });
  }
}

/**
 * Returns the options of the links of a bus. Reads the files that the settings
 * name, and throws as {@linkcode readSettingFiles} does.
 */
export function linkOptions(
  settings: RabbitMqSettings,
  log: Log,
): Omit<LinkOptions, "name"> {
  const { password, tls } = readSettingFiles(settings);
  return {
    addresses: [settings.url].flat().map((url) =>
      new BrokerAddress(url, password)
    ),
    backOff: new BackOff(log),
    connectTimeout: settings["connect-timeout"] * 1000,
    heartbeat: settings.heartbeat,
    tls,
    log,
  };
}
