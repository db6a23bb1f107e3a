import { type Accept, CaryatidError } from "@caryatid/sdk";
import type { Deadlines } from "@caryatid/sdk/bus";
import type { Message } from "amqplib";
import type { Cemetery } from "./cemetery.ts";
import type { Consumer } from "./consumer.ts";
import type { Redelivery } from "./marks.ts";
import { type RabbitDelivery, sourceOf } from "./rabbit_delivery.ts";
import type { Redeliveries } from "./redeliveries.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** How long a member that leaves waits until its dead letters are kept, in milliseconds. */
const LEAVE_PATIENCE = 1_000;

/** What a {@linkcode GroupMember} works with. */
export interface GroupMemberOptions {
  readonly pattern: string;
  readonly consumer: Consumer;
  readonly settings: RabbitMqSettings;
  readonly deadlines: Deadlines;
  readonly cemetery: Cemetery;
  readonly redeliveries: Redeliveries;
}

/** What a member of a group does about messages that come again, and about those that nobody can take. */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  /** Of what is in hand, and was given out before. */
  readonly #again = new Map<Message, Redelivery>();
  readonly #burials = new Set<Promise<void>>();
  #left = false;

  /** Does nothing by itself. */
  constructor(options: GroupMemberOptions) {
    this.#options = options;
  }

  /** Counts what the broker sends again just before a loop gets it: what only waits here, unread, was in nobody's hand. */
  counted(accept: Accept = (delivery) => delivery): Accept {
    return (delivery) =>
      sourceOf(delivery).fields.redelivered
        ? this.#begin(delivery as RabbitDelivery).then(accept)
        : accept(delivery);
  }

  /** Acknowledges a message: it is done, or safe elsewhere. */
  finish(source: Message): void {
    this.#options.consumer.done(source);
    this.#again.get(source)?.finish();
    this.#again.delete(source);
  }

  /** Makes a message a dead letter. What fails comes again, to whomever. */
  bury(source: Message, code: string, cause: string): void {
    const { pattern, consumer, cemetery } = this.#options;
    const count = this.#again.get(source)?.earlier ?? 0;
    const ours = () => !this.#left && consumer.holds(source);
    const burial = cemetery.bury(source, { code, cause, pattern, count }, ours)
      .then(() => this.finish(source), () => {}) // its reason was logged
      .finally(() => this.#burials.delete(burial));
    this.#burials.add(burial);
  }

  /** Lets go of what is in hand. Waits for its dead letters for a moment, or they would come again. */
  async leave(): Promise<void> {
    this.#left = true;
    if (this.#burials.size > 0) await this.#buried();
    for (const again of this.#again.values()) again.leave();
    this.#again.clear();
  }

  /**
   * Rejects when it was given out too often. Without a place for dead letters it never is: nothing that was confirmed is lost.
   */
  async #begin(delivery: RabbitDelivery): Promise<RabbitDelivery> {
    const { consumer, redeliveries, cemetery, settings } = this.#options;
    const { source } = delivery;
    // If this one ends the process, then not with the acknowledgements of those before.
    consumer.flush();
    const again = await redeliveries.begin(consumer.queue!, source);
    if (this.#left) again.leave();
    else this.#again.set(source, again);
    if (again.earlier < settings.redeliveries || !cemetery.exchange) {
      return delivery;
    }
    throw new CaryatidError(
      "MODULE_FAILED",
      `it was given out again ${again.earlier} times, and never finished`,
    );
  }

  async #buried(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const deadline = this.#options.deadlines.add(LEAVE_PATIENCE, resolve);
    await Promise.race([Promise.all(this.#burials), late]);
    deadline.cancel();
  }
}
