import type { Channel } from "amqplib";
import {
  bindGroupQueue,
  canaryName,
  declareCanary,
  declareGroupQueue,
  groupQueueName,
} from "../connection/queues.ts";
import type { Names } from "../connection/topology.ts";
import type { RabbitMqSettings } from "../settings.ts";
import type { Consumer } from "./consumer.ts";
import { QueueAge } from "./queue_age.ts";
import type { SuspectQueue } from "./suspect_queue.ts";

/**
 * Age up to which the messages of a deleted queue are repeated, in
 * milliseconds. More would displace, in the history of their publishers,
 * messages that were confirmed after the deletion.
 */
const REPEATED_AGE = 5_000;

/** Options of {@linkcode GroupQueue}. */
export interface GroupQueueOptions {
  readonly names: Names;
  readonly settings: RabbitMqSettings;
  readonly pattern: string;
  readonly group: string;
  readonly consumer: Consumer;
  readonly suspects: SuspectQueue;
  /**
   * Called if messages may have missed the queue, or were lost with it, with
   * the time since which that is so.
   */
  readonly onLost: (since: number) => void;
}

/**
 * The queue of a group at the broker, with its suspect queue and its canary.
 *
 * AMQP cannot show that a binding is missing. So the queue has one more
 * binding, to a separate auto-delete exchange, the canary: if all bindings of
 * the queue are deleted, the broker deletes the canary. A member that finds the
 * canary missing declares it again after the bindings, and reports the loss.
 */
export class GroupQueue {
  /** Name of the queue. */
  readonly name: string;
  /** Name of its canary. */
  readonly canary: string;
  readonly #options: GroupQueueOptions;
  readonly #age = new QueueAge();
  /** Last time at which the queue had bindings. */
  #boundAt = -Infinity;

  /** Declares nothing yet. */
  constructor(options: GroupQueueOptions) {
    this.#options = options;
    const { names, pattern, group } = options;
    this.name = groupQueueName(names, pattern, group);
    this.canary = canaryName(names, this.name);
  }

  /** Declares and binds the queue and its suspect queue. */
  async declare(channel: Channel): Promise<string> {
    const { names, pattern, settings, suspects, consumer } = this.#options;
    const { name } = this;
    const { isKnown } = this.#age;
    const isBound = await this.#isBound();
    // A broken queue does not answer this, so it is asked only if needed.
    const existed = isKnown && isBound ||
      await consumer.access.exists((it) => it.checkQueue(name));
    if (!isKnown) this.#age.begin(existed);
    await declareGroupQueue(channel, names, pattern, name, settings);
    await suspects.declare(channel, name);
    this.#bound(existed && !isBound);
    return name;
  }

  /** Binds the queue again. The canary is left as it is. */
  async bind(channel: Channel): Promise<void> {
    const { names, pattern } = this.#options;
    await bindGroupQueue(channel, names, pattern, this.name);
  }

  /** Declares the canary again if it was deleted, and reports the loss. */
  async restoreCanary(): Promise<void> {
    const { names, consumer } = this.#options;
    if (consumer.queue === undefined || await this.#isBound()) return;
    let isRestored = false;
    await consumer.access.withChannel(async (channel) => {
      await declareCanary(channel, names, this.name);
      isRestored = true;
    }).catch(() => {}); // the next declaration of the queue reports the loss
    if (isRestored) this.#bound(true);
  }

  /** Records that the canary existed at `time`. */
  boundAt(time: number): void {
    this.#boundAt = time;
  }

  /** Records that the connection is lost. */
  interrupt(): void {
    this.#age.interrupt();
  }

  /**
   * Deletes the queue if its broker probably lost the messages. Publishers then
   * repeat the messages that the broker confirmed lately.
   */
  async recreate(): Promise<void> {
    if (!this.#age.isLost()) return;
    const { consumer, suspects } = this.#options;
    await consumer.access.withChannel(async (channel) => {
      await channel.deleteQueue(this.name);
      await suspects.delete(channel);
    });
    this.#options.onLost(-Infinity);
  }

  /** Reports that the queue was deleted, with its messages. */
  reportDeleted(): void {
    this.#options.onLost(performance.now() - REPEATED_AGE);
  }

  /** The queue is bound now. If it was not until now, reports the loss. */
  #bound(wasLost: boolean): void {
    const since = this.#boundAt;
    this.#boundAt = performance.now();
    if (wasLost) this.#options.onLost(since);
  }

  #isBound(): Promise<boolean> {
    return this.#options.consumer.access
      .exists((channel) => channel.checkExchange(this.canary));
  }
}
