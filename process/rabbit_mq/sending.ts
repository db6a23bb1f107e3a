import type { CaryatidError } from "@caryatid/sdk";
import {
  abortedError,
  type Deadline,
  type Deadlines,
  PUBLISH_TIMEOUT,
} from "@caryatid/sdk/bus";
import type { Options } from "amqplib";
import { unconfirmedError } from "./publish_errors.ts";

/** What to send, and how. */
export interface SendOptions {
  readonly exchange: string;
  readonly key: string;
  readonly body: Uint8Array;
  readonly properties: Options.Publish;
  /** Longest wait for the confirm, in milliseconds (30,000). */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A publish on its way. It ends once: by its confirm, its deadline, its signal, or with the bus. */
export class Sending {
  readonly options: SendOptions;
  /** Whether nobody waits for it any more. */
  over = false;
  /** Resolves with whether somebody's queue took it. */
  readonly outcome: Promise<boolean>;
  readonly #settle: PromiseWithResolvers<boolean>;
  readonly #deadline: Deadline;
  readonly #ended: (confirmed: boolean) => void;

  /** `ended` is called at its end. */
  constructor(
    options: SendOptions,
    deadlines: Deadlines,
    ended: (confirmed: boolean) => void,
  ) {
    this.options = options;
    this.#ended = ended;
    this.#settle = Promise.withResolvers();
    this.outcome = this.#settle.promise;
    const timeout = options.timeout ?? PUBLISH_TIMEOUT;
    this.#deadline = deadlines.add(
      timeout,
      () => this.fail(unconfirmedError(options.key, timeout)),
    );
    options.signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Bytes of its body. */
  get size(): number {
    return this.options.body.length;
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
    this.#deadline.cancel();
    this.options.signal?.removeEventListener("abort", this.#abort);
    this.#ended(confirmed);
    return true;
  }

  #abort = (): void => {
    const { key, signal } = this.options;
    this.fail(abortedError(`publish on "${key}"`, signal!));
  };
}
