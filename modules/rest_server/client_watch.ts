import { Bag, type Bagged } from "@caryatid/sdk/bus";

/**
 * Between two looks, in milliseconds. Most requests are answered before, and to ask for the signal of a request makes it slower;
 * and Deno warns of it.
 */
const LOOK_EVERY = 25;

/** One question on its way. */
export interface Asking {
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Finds out that a client has left, for those questions that take a while. */
export class ClientWatch {
  /** Not looked at yet. */
  readonly #young = new Bag<Watched>();
  /** Whose client is listened to. */
  readonly #old = new Set<Watched>();
  /** That never fired: whoever was given their signals has let go of them. */
  readonly #spare: AbortController[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #looks = 0;

  /** Watches the client of `request` until `end`. */
  begin(request: Request): Asking {
    this.#timer ??= setInterval(this.#look, LOOK_EVERY);
    const controller = this.#spare.pop() ?? new AbortController();
    const watched = new Watched(request, controller, this.#looks);
    this.#young.add(watched);
    return watched;
  }

  /** The question is answered. */
  end(asking: Asking): void {
    const watched = asking as Watched;
    if (!this.#young.delete(watched)) {
      this.#old.delete(watched);
      watched.ignore();
    }
    if (!watched.signal.aborted && this.#spare.length < 1_000) {
      this.#spare.push(watched.controller);
    }
  }

  /** Fires all signals. */
  cut(): void {
    for (const watched of [...this.#old, ...this.#young]) {
      watched.controller.abort();
    }
  }

  /** Looks no more. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look = (): void => {
    this.#looks++;
    if (this.#young.size === 0) return this.close();
    for (const watched of this.#young) {
      if (this.#looks - watched.since < 2) continue;
      this.#young.delete(watched);
      this.#old.add(watched);
      watched.listen();
    }
  };
}

class Watched implements Asking, Bagged {
  place: number = -1;
  readonly signal: AbortSignal;
  readonly controller: AbortController;
  readonly since: number;
  readonly #request: Request;
  #client: AbortSignal | undefined;

  constructor(request: Request, controller: AbortController, since: number) {
    this.#request = request;
    this.controller = controller;
    this.signal = controller.signal;
    this.since = since;
  }

  listen(): void {
    const client = this.#client = this.#request.signal;
    if (client.aborted) this.#abort();
    else client.addEventListener("abort", this.#abort, { once: true });
  }

  ignore(): void {
    this.#client?.removeEventListener("abort", this.#abort);
  }

  #abort = (): void => this.controller.abort();
}
