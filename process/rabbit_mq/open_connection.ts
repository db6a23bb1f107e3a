import { MAX_TIMEOUT } from "@caryatid/sdk/bus";
import { type ChannelModel, connect } from "amqplib";
import type { BrokerAddress } from "./broker_address.ts";
import { withChannel } from "./channels.ts";
import type { TlsOptions } from "./setting_files.ts";
import { explained } from "./explained.ts";
import { MOST_BATCHED } from "./write_batch.ts";

/** How long a broker may take for an answer when the bus is closed, in milliseconds. */
const PATIENCE = 1_000;

/** How to connect. */
export interface ConnectOptions {
  /** Longest time until the broker lets us in, in milliseconds. */
  readonly connectTimeout: number;
  /** In seconds. */
  readonly heartbeat: number;
  /** Certificates, as `node:tls` wants them. */
  readonly tls: TlsOptions;
  /** What the broker shows this connection as. */
  readonly name: string;
  /** Gives up connecting. */
  readonly signal: AbortSignal;
}

/** A connection to a broker, until it ends. Its socket is ours: amqplib leaves those of silent and of blocking brokers open. */
export class OpenConnection {
  /** Where AMQP channels come from. */
  readonly model: ChannelModel;
  /** Resolves when it has ended, with the reason. */
  readonly ended: Promise<Error>;
  /** Why it is ending, unless we wished so. */
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

  /** Connects. The deadline covers TCP, TLS and the AMQP handshake: a port that accepts may never say a word. */
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
        // amqplib's types don't know them; node's sockets do
        ...{ signal: socket.signal, writableHighWaterMark: MOST_BATCHED },
        credentials: address.credentials,
        noDelay: true,
        clientProperties: { connection_name: `caryatid ${name}` },
      });
      return new OpenConnection(model, socket);
    } catch (error) {
      const why = await explained(error, address, tls.ca, socket.signal);
      if (late) {
        throw new Error(`no AMQP handshake within ${connectTimeout} ms`);
      }
      throw isReset(why) ? new Error(`${why.message} in the handshake`) : why;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }

  /** Whether the broker answers within a second. One that doesn't is hung up on. */
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

  /** Says goodbye, and hangs up when the broker has answered, or after a second. Harmless twice, and when it has ended. */
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

/** Hung up on, without a word. */
function isReset(error: unknown): error is Error {
  return error instanceof Error && /ECONNRESET|EPIPE/.test(error.message);
}
