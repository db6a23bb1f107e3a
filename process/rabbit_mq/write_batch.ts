import type { ChannelModel } from "amqplib";
import process from "node:process";

/** The `writableHighWaterMark` that sockets want: with so many bytes waiting, amqplib hands over no more until they are written. */
export const MOST_BATCHED = 256 * 1024;

/** What of a socket this needs. */
interface Socket {
  cork(): void;
  uncork(): void;
  prependListener(event: "drain", then: () => void): void;
  on(event: "drain", then: () => void): void;
}

/**
 * Gathers what is sent on a connection in one turn of the event loop into one write. amqplib makes one of each message, two from
 * 2 KB on, and such a system call costs a third of all that is done for a small message.
 */
export class WriteBatch {
  readonly #socket: Socket | undefined;
  #open = false;

  /** Without a socket, which amqplib's types don't know, each message is written by itself. */
  constructor(connection: ChannelModel) {
    const { stream } = connection.connection as { stream?: Socket };
    this.#socket = stream;
    // Around amqplib's own, which then hands over what waits.
    stream?.prependListener("drain", () => stream.cork());
    stream?.on("drain", () => stream.uncork());
  }

  /** To call when something was sent: it leaves at the end of this turn, with all that follows. */
  hold(): void {
    if (this.#open || this.#socket === undefined) return;
    this.#open = true;
    this.#socket.cork();
    // amqplib has asked for a tick, and in that asks for an immediate, in which it writes. This one comes right after it. Were it
    // before, messages would be written one by one, and none would be stuck.
    process.nextTick(() => setImmediate(this.#release));
  }

  #release = (): void => {
    this.#open = false;
    this.#socket?.uncork();
  };
}
