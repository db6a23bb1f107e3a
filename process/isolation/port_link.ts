import type { Link } from "./link.ts";
import { violation } from "./read_frames.ts";

/** A larger batch is handed over, not copied. */
const MOST_COPIED = 4096;

/** A worker, seen from either side, or a message port. */
export interface Port {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

/** A link by `postMessage`. */
export class PortLink implements Link {
  readonly #port: Port;

  /** Whoever made `port` also ends it. */
  constructor(port: Port) {
    this.#port = port;
  }

  send(batch: Uint8Array<ArrayBuffer>): void {
    // To hand a small one over costs more than to copy it: it halved the rate of requests.
    if (batch.length <= MOST_COPIED) this.#port.postMessage(batch);
    else this.#port.postMessage(batch, [batch.buffer]);
  }

  listen(
    receive: (batch: Uint8Array) => void,
    ended: (error?: unknown) => void,
  ): void {
    this.#port.onmessage = (event) => {
      if (isBatch(event.data)) return receive(event.data);
      for (const port of event.ports) port.close(); // ours now
      this.close();
      ended(violation("a message that is no batch"));
    };
  }

  close(): void {
    this.#port.onmessage = null;
  }
}

/** Memory that the sender still writes to would be read twice, and differ. */
function isBatch(data: unknown): data is Uint8Array {
  return data instanceof Uint8Array && data.buffer instanceof ArrayBuffer;
}
