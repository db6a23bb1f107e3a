import {
  type Channel,
  type ConfirmChannel,
  connect,
  type Message,
} from "amqplib";
import { Buffer } from "node:buffer";
import {
  MOST_BATCHED,
  WriteBatch,
} from "../../../process/rabbit_mq/connection/channels.ts";
import { deleteDeclared, watchDeclarations } from "../../broker/left_behind.ts";
import { Skip } from "../harness.ts";

/** Returns the address of the broker. */
export function brokerUrl(): string {
  return Deno.env.get("CARYATID_TEST_AMQP") ??
    "amqp://guest:guest@127.0.0.1:5672";
}

/** Returns a name that no other program uses. */
export function fresh(): string {
  return `caryatid-bench-${crypto.randomUUID().slice(0, 8)}`;
}

/**
 * Deletes the exchange, the other exchanges of its bus, and everything that
 * this process declared under names that begin with it.
 */
export function removeFromBroker(exchange: string): Promise<void> {
  return deleteDeclared(brokerUrl(), [exchange]);
}

/**
 * Plain amqplib with two connections. Writes and acknowledgements are sent in
 * batches, as by the bus.
 */
export class RawClient implements AsyncDisposable {
  readonly publishing: ConfirmChannel;
  readonly consuming: Channel;
  /** Opens another channel to consume on. */
  readonly anotherChannel: () => Promise<Channel>;
  readonly #writes: WriteBatch;
  readonly #close: () => Promise<unknown>;

  private constructor(
    publishing: ConfirmChannel,
    consuming: Channel,
    writes: WriteBatch,
    anotherChannel: () => Promise<Channel>,
    close: () => Promise<unknown>,
  ) {
    this.publishing = publishing;
    this.consuming = consuming;
    this.#writes = writes;
    this.anotherChannel = anotherChannel;
    this.#close = close;
    watchDeclarations(consuming);
  }

  /** Connects. Throws a `Skip` without a broker. */
  static async open(): Promise<RawClient> {
    // amqplib's types lack the mark; sockets of node have it.
    const options = {
      noDelay: true,
      timeout: 2_000,
      writableHighWaterMark: MOST_BATCHED,
    };
    const [one, two] = await Promise.all([
      connect(brokerUrl(), options),
      connect(brokerUrl(), options),
    ]).catch((error) => {
      throw new Skip(
        `no broker at ${brokerUrl().split("@").at(-1)}: ${error.message}`,
      );
    });
    return new RawClient(
      await one.createConfirmChannel(),
      await two.createChannel(),
      new WriteBatch(one),
      () => two.createChannel(),
      () => Promise.all([one.close(), two.close()]),
    );
  }

  /** Publishes a durable message. Resolves when the broker has confirmed it. */
  publish(exchange: string, key: string, body: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const content = Buffer.from(body.buffer, body.byteOffset, body.length);
      const options = { persistent: true };
      this.publishing.publish(exchange, key, content, options, (error) => {
        if (error) reject(error);
        else resolve();
      });
      this.#writes.hold();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

/**
 * Acknowledges deliveries together: at the end of a turn of the event loop, or
 * when a quarter of the prefetch waits.
 */
export class AckByHand {
  readonly #channel: Channel;
  readonly #most: number;
  #last: Message | undefined;
  #waiting = 0;

  /** Creates a batch without deliveries. */
  constructor(channel: Channel, prefetch: number) {
    this.#channel = channel;
    this.#most = Math.ceil(prefetch / 4);
  }

  /**
   * Counts a delivery as finished. Deliveries finish in the order of their
   * arrival.
   */
  done(message: Message): void {
    this.#last = message;
    if (++this.#waiting >= this.#most) this.flush();
    else if (this.#waiting === 1) setImmediate(() => this.flush());
  }

  /** Acknowledges all finished deliveries. */
  flush(): void {
    if (this.#last === undefined) return;
    this.#channel.ack(this.#last, true);
    this.#last = undefined;
    this.#waiting = 0;
  }
}
