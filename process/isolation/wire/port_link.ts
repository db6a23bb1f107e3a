import type { Link } from "./link.ts";
import { violation } from "./protocol_errors.ts";

/** Maximum size of a batch that is copied; a larger one is transferred. */
const MAX_COPIED = 4096;

/** A worker, seen from either side, or a message port. */
export interface Port {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

/** A link by `postMessage`. */
export class PortLink implements Link {
  readonly #port: Port;
  readonly #mostWaiting: number;
  /** Batches that arrived while an earlier one was handled. */
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #busy = false;

  /**
   * The owner of `port` ends it. More than `mostWaiting` unhandled bytes are a
   * `PROTOCOL_VIOLATION`.
   */
  constructor(port: Port, mostWaiting: number = Infinity) {
    this.#port = port;
    this.#mostWaiting = mostWaiting;
  }

  send(batch: Uint8Array<ArrayBuffer>): void {
    // Transferring a small batch costs more than copying it: it halved the rate
    // of requests.
    if (batch.length <= MAX_COPIED) this.#port.postMessage(batch);
    else this.#port.postMessage(batch, [batch.buffer]);
  }

  listen(
    receive: (batch: Uint8Array) => Promise<void> | void,
    ended: (error?: unknown) => void,
  ): void {
    const end = (found: string) => {
      this.close();
      ended(violation(found));
    };
    this.#port.onmessage = ({ data, ports }) => {
      if (!isBatch(data)) {
        for (const port of ports) port.close(); // they belong to this side now
        return end("a message that is not a batch");
      }
      if (!this.#busy) return this.#take(data, receive);
      this.#waiting.push(data);
      this.#waitingBytes += data.length;
      if (this.#waitingBytes > this.#mostWaiting) {
        end(`${this.#waitingBytes} bytes, more than it had credit for`);
      }
    };
  }

  close(): void {
    this.#port.onmessage = null;
    this.#waiting.length = 0;
  }

  #take(
    batch: Uint8Array,
    receive: (batch: Uint8Array) => Promise<void> | void,
  ): void {
    const wait = receive(batch);
    if (wait === undefined) return;
    this.#busy = true;
    wait.then(() => this.#takeWaiting(receive));
  }

  async #takeWaiting(
    receive: (batch: Uint8Array) => Promise<void> | void,
  ): Promise<void> {
    for (let at = 0; at < this.#waiting.length; at++) {
      const batch = this.#waiting[at]!;
      this.#waitingBytes -= batch.length;
      await receive(batch);
    }
    this.#waiting.length = 0;
    this.#busy = false;
  }
}

/** Memory that the sender can still write to could change between two reads. */
function isBatch(data: unknown): data is Uint8Array {
  return data instanceof Uint8Array && data.byteLength > 0 &&
    data.buffer instanceof ArrayBuffer;
}
