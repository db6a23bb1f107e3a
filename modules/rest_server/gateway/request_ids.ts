import { randomId } from "@caryatid/sdk/bus";
import type { RequestHeaders } from "./headers.ts";

const ACCEPTABLE = /^[\w.~:+\/=-]{1,128}$/;

/**
 * Chooses the ids of requests: the id that the client sent if it is short and
 * plain enough for any log, else a new one.
 *
 * By hand: `hono/request-id` takes fewer ids than common proxies send.
 */
export class RequestIds {
  /** The header, in lower case. */
  readonly header: string;
  readonly #prefix = randomId().slice(0, 8);
  #count = 0;

  /** `header` is the header that contains the id, in requests and answers. */
  constructor(header: string) {
    this.header = header.toLowerCase();
  }

  /**
   * Returns the id of a request with these headers. A new id is unique, but not
   * secret.
   */
  of(headers: RequestHeaders): string {
    const given = headers.own[this.header];
    if (given !== undefined && ACCEPTABLE.test(given)) return given;
    const count = this.#count = (this.#count + 1) >>> 0;
    return this.#prefix + count.toString(16).padStart(8, "0");
  }
}
