import { randomId } from "@caryatid/sdk/bus";
import type { RequestHeaders } from "./headers.ts";

const ACCEPTABLE = /^[\w.~:+\/=-]{1,128}$/;

/** Names requests: as the client does, where its name is short and plain, so that it can stand in any log. */
export class RequestIds {
  /** The header, in lower case. */
  readonly header: string;
  readonly #prefix = randomId().slice(0, 8);
  #count = 0;

  /** `header` is where ids come and go. */
  constructor(header: string) {
    this.header = header.toLowerCase();
  }

  /** The id of a request with these headers. It is unique, no secret. */
  of(headers: RequestHeaders): string {
    const given = headers.own[this.header];
    if (given !== undefined && ACCEPTABLE.test(given)) return given;
    const count = this.#count = (this.#count + 1) >>> 0;
    return this.#prefix + count.toString(16).padStart(8, "0");
  }
}
