import { CaryatidError, type Context } from "@caryatid/sdk";

/**
 * Detects that the bus of a topic is not connected, so that no request waits
 * for the bus.
 */
export class BusOutages {
  readonly #context: Context;
  readonly #pattern: string;
  #readAt = -1;
  #isOut = false;

  /** `root` is the topic of the server. */
  constructor(context: Context, root: string) {
    this.#context = context;
    this.#pattern = `${root}.#`;
  }

  /**
   * Returns true if a bus is not connected. The state is read once for all
   * calls with the same `tick`.
   */
  isOut(tick: number): boolean {
    if (tick !== this.#readAt) {
      this.#readAt = tick;
      this.#isOut = this.#context.busHealth(this.#pattern).some((bus) =>
        !bus.connected
      );
    }
    return this.#isOut;
  }

  /**
   * Returns the reason why no bus that carries a topic is connected; undefined
   * if one is.
   */
  of(topic: string): CaryatidError | undefined {
    const buses = this.#context.busHealth(topic);
    const [first] = buses;
    if (first === undefined || buses.some(({ connected }) => connected)) {
      return undefined;
    }
    return new CaryatidError(
      "BUS_UNAVAILABLE",
      `Cannot request on "${topic}": bus "${first.id}" is not connected` +
        (first.reason === undefined ? "" : `: ${first.reason}`),
    );
  }
}
