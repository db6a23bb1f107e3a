import { CaryatidError } from "@caryatid/sdk";

/**
 * Time for which a refused topic is not tried again, in milliseconds: each
 * attempt costs all messages of the bus a connection.
 */
const REFUSED_FOR = 10_000;
/** Maximum number of topics. The oldest one makes room. */
const MAX_TOPICS = 1_000;
/** Text of the broker for a topic permission that the user lacks. */
const REFUSAL = /access to topic '(.*)' in exchange '(.*)' in vhost '.*?' ref/;

/**
 * Topics to which the broker does not let its user publish. It closes the
 * channel for such a publish, and names the topic.
 */
export class RefusedTopics {
  /** Times until which topics are refused, by `performance.now()`. */
  readonly #until = new Map<string, number>();

  /** Adds the topic that an error of the broker names, if it names one. */
  add({ message }: Error, now: number = performance.now()): void {
    const [, topic, exchange] = REFUSAL.exec(message) ?? [];
    if (topic === undefined) return;
    const name = nameOf(exchange!, topic);
    this.#until.delete(name);
    if (this.#until.size >= MAX_TOPICS) {
      const [oldest] = this.#until.keys();
      this.#until.delete(oldest!);
    }
    this.#until.set(name, now + REFUSED_FOR);
  }

  /** Returns the error of a publish on a refused topic. */
  refusal(
    exchange: string,
    key: string,
    now: number = performance.now(),
  ): CaryatidError | undefined {
    if (this.#until.size === 0) return undefined;
    const name = nameOf(exchange, key);
    const until = this.#until.get(name);
    if (until === undefined) return undefined;
    if (now < until) return refusedError(exchange, key);
    this.#until.delete(name);
    return undefined;
  }
}

function nameOf(exchange: string, topic: string): string {
  return JSON.stringify([exchange, topic]);
}

function refusedError(exchange: string, topic: string): CaryatidError {
  return new CaryatidError(
    "FORBIDDEN",
    `Cannot send on "${topic}": the broker refuses it to its user, ` +
      `on the exchange "${exchange}"`,
    {
      hint: 'Grant the topic permission: "caryatid permissions --broker" ' +
        "prints those of all declared topics.",
    },
  );
}
