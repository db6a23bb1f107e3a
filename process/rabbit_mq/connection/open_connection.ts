import type { BrokerAddress } from "./address.ts";
import { withChannel } from "./channels.ts";
import type { TlsOptions } from "./setting_files.ts";
import { MOST_BATCHED } from "./channels.ts";
import { MAX_TIMEOUT } from "@caryatid/sdk/bus";
import { type ChannelModel, connect } from "amqplib";

/**
 * Longest wait for an answer of the broker when the bus is closed, in
 * milliseconds.
 */
const PATIENCE = 1_000;

/** Options of {@linkcode OpenConnection.to}. */
export interface ConnectOptions {
  /** Maximum time until the AMQP handshake is done, in milliseconds. */
  readonly connectTimeout: number;
  /** Interval of heartbeats, in seconds. */
  readonly heartbeat: number;
  /** Certificates and key, as `node:tls` expects them. */
  readonly tls: TlsOptions;
  /** Name of the connection, which the broker shows after `caryatid`. */
  readonly name: string;
  /** Aborts connecting. */
  readonly signal: AbortSignal;
}

/**
 * A connection to a broker, until it ends. This class closes the socket itself:
 * amqplib leaves the sockets of silent and of blocking brokers open.
 */
export class OpenConnection {
  /** Connection of amqplib, which opens AMQP channels. */
  readonly model: ChannelModel;
  /** Resolves with the reason when the connection has ended. */
  readonly ended: Promise<Error>;
  /** Reason why the connection ends, unless this process closes it. */
  failure: Error | undefined;
  readonly #socket: AbortController;
  #closing: Promise<void> | undefined;

  private constructor(model: ChannelModel, socket: AbortController) {
    this.model = model;
    this.#socket = socket;
    this.ended = new Promise((resolve) => {
      model.on("error", (error) => this.failure = error);
      model.on("close", (reason) => {
        this.failure ??= reason;
        resolve(this.failure ?? new Error("the connection was closed"));
      });
    });
  }

  /**
   * Connects. The deadline covers TCP, TLS and the AMQP handshake: a server may
   * accept the connection and never send a byte.
   */
  static async to(
    address: BrokerAddress,
    options: ConnectOptions,
  ): Promise<OpenConnection> {
    const { connectTimeout, heartbeat, tls, name, signal } = options;
    const socket = new AbortController();
    const stop = () => socket.abort();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop();
    }, Math.min(connectTimeout, MAX_TIMEOUT));
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      const model = await connect(address.target(heartbeat), {
        ...tls,
        // The types of amqplib do not declare these options of sockets.
        ...{ signal: socket.signal, writableHighWaterMark: MOST_BATCHED },
        credentials: address.credentials,
        noDelay: true,
        clientProperties: { connection_name: `caryatid ${name}` },
      });
      return new OpenConnection(model, socket);
    } catch (error) {
      const why = await explainTlsFailure(
        error,
        address,
        tls.ca,
        socket.signal,
      );
      // The caller makes these errors the cause of BUS_UNAVAILABLE.
      if (late) {
        throw new Error(`no AMQP handshake within ${connectTimeout} ms`);
      }
      throw isReset(why) ? new Error(`${why.message} in the handshake`) : why;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }

  /**
   * Returns true if the broker answers within a second. Otherwise closes the
   * socket.
   */
  async answers(): Promise<boolean> {
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), PATIENCE);
    const answer = withChannel(this.model, () => Promise.resolve(true))
      .catch(() => false); // it has ended
    const answers = await Promise.race([answer, late]);
    clearTimeout(timer);
    if (!answers) this.#socket.abort();
    return answers;
  }

  /**
   * Closes the connection, and its socket when the broker has answered or after
   * a second. Can be called twice, and after the connection has ended.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const timer = setTimeout(() => this.#socket.abort(), PATIENCE);
    this.model.close().catch(() => {}); // it has ended already
    await this.ended;
    clearTimeout(timer);
    this.#socket.abort();
  }
}

/** Returns true if the peer closed the connection without a message. */
function isReset(error: unknown): error is Error {
  return error instanceof Error && /ECONNRESET|EPIPE/.test(error.message);
}

const UNTRUSTED = /unable to verify|self[- ]signed/i;

/**
 * Returns the same error, or one with a clearer text. The `node:tls` of Deno
 * has one text for an unknown authority and for an expired certificate. Deno's
 * own TLS distinguishes them: if it is available, a second connection, on which
 * nothing is sent, finds the cause.
 */
export async function explainTlsFailure(
  error: unknown,
  address: BrokerAddress,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  const isVague = error instanceof Error && UNTRUSTED.test(error.message);
  if (!isVague || signal.aborted || !("Deno" in globalThis)) return error;
  try {
    await attemptHandshake(address, ca, signal);
    return error;
  } catch (explanation) {
    return explanation instanceof Deno.errors.InvalidData ? explanation : error;
  }
}

async function attemptHandshake(
  { hostname, port }: BrokerAddress,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const connection = await Deno.connect({ hostname, port, signal });
  const secure = await Deno.startTls(connection, {
    hostname,
    ...(ca && { caCerts: [ca] }),
  });
  let open = true;
  const close = () => {
    if (open) secure.close();
    open = false;
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    await secure.handshake();
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}
