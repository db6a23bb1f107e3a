import type { CaryatidError } from "@caryatid/sdk";
import {
  abortedError,
  type Deadline,
  type Deadlines,
  PUBLISH_TIMEOUT,
} from "@caryatid/sdk/bus";
import type { Options } from "amqplib";
import type { Buffer } from "node:buffer";
import type { Body } from "./bodies.ts";
import { unconfirmedError } from "./publish_errors.ts";

/** How to send something. */
export interface Envelope {
  readonly exchange: string;
  readonly key: string;
  readonly properties: Options.Publish;
  /** Longest wait for the confirm, in milliseconds (30,000). */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What to send, and how. */
export interface SendOptions extends Envelope {
  /** Nobody may write to it any more. */
  readonly body: Uint8Array;
}

/** A publish on its way. It ends once: by its confirm, its deadline, its signal, or with the bus. */
export class Sending {
  readonly options: Envelope;
  /** Whether nobody waits for it any more. */
  over = false;
  /** Resolves with whether somebody's queue took it. */
  readonly outcome: Promise<boolean>;
  readonly #body: Body;
  readonly #settle: PromiseWithResolvers<boolean>;
  readonly #deadline: Deadline;
  readonly #ended: (confirmed: boolean) => void;
  /** Made for a signal only: without, a closure fewer per publish. */
  readonly #abort: (() => void) | undefined;

  /** It releases `body` at its end, when it will not be sent again, and calls `ended`. */
  constructor(
    options: Envelope,
    body: Body,
    deadlines: Deadlines,
    ended: (confirmed: boolean) => void,
  ) {
    this.options = options;
    this.#body = body;
    this.#ended = ended;
    this.#settle = Promise.withResolvers();
    this.outcome = this.#settle.promise;
    const timeout = options.timeout ?? PUBLISH_TIMEOUT;
    this.#deadline = deadlines.add(
      timeout,
      () => this.fail(unconfirmedError(options.key, timeout)),
    );
    if (options.signal === undefined) return;
    this.#abort = () => {
      this.fail(abortedError(`publish on "${options.key}"`, options.signal!));
    };
    options.signal.addEventListener("abort", this.#abort, { once: true });
  }

  /** Bytes of its body. */
  get size(): number {
    return this.#body.size;
  }

  /** Its body, to be copied at once. Throws when it is over. */
  get bytes(): Buffer {
    return this.#body.bytes;
  }

  /** The broker has confirmed it. */
  succeed(taken: boolean): void {
    if (this.#end(true)) this.#settle.resolve(taken);
  }

  /** It is given up. */
  fail(error: CaryatidError): void {
    if (this.#end(false)) this.#settle.reject(error);
  }

  #end(confirmed: boolean): boolean {
    if (this.over) return false;
    this.over = true;
    this.#body.release();
    this.#deadline.cancel();
    if (this.#abort) {
      this.options.signal!.removeEventListener("abort", this.#abort);
    }
    this.#ended(confirmed);
    return true;
  }
}
