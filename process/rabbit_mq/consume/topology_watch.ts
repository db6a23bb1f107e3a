import type { Log } from "@caryatid/sdk";
import { type Deadlines, randomId } from "@caryatid/sdk/bus";
import type { Channel, ChannelModel, Message } from "amqplib";
import { BindingTurns, type BoundQueue, type Turn } from "./binding_turns.ts";
import { Consumer } from "./consumer.ts";
import { SURVEY } from "../dead_letters/survey.ts";
import type { Publisher } from "../publish/publisher.ts";
import { AGE_HEADER, LOST } from "../publish/topology_news.ts";
import { type Channels, withChannel } from "../connection/channels.ts";
import { declareFanoutQueue } from "../connection/queues.ts";
import {
  bindFilter,
  bindFront,
  bindUnhandled,
  declareAlive,
  declareTopology,
  missingExchanges,
  type Names,
} from "../connection/topology.ts";

/**
 * Time between two checks, in milliseconds. Each exchange is in every second
 * one at least.
 */
const CHECK_INTERVAL = 1_000;
/**
 * Time after a loss until every process has bound its queues again, in
 * milliseconds. Then the messages since the last good check are repeated.
 */
const REPAIR_TIME = 3_000;
/** Number of losses that are remembered, since news of each are repeated. */
const MAX_LOSSES = 100;

/** Options of {@linkcode TopologyWatch}. */
export interface TopologyWatchOptions {
  readonly names: Names;
  readonly publisher: Publisher;
  readonly deadlines: Deadlines;
  /** Binds every queue of this bus again. Harmless to those that are bound. */
  readonly rebind: () => Promise<void>;
  /** Answers a process that requests dead-letter exchanges. */
  readonly onSurvey: (message: Message) => void;
  /** Returns true if a subscription may match requests. */
  readonly observes: () => boolean;
  /** Returns the queues of this bus, which are bound again in turns. */
  readonly bound: () => readonly BoundQueue[];
  readonly log: Log;
}

/**
 * Detects deleted exchanges. RabbitMQ sends no notification, and confirms
 * messages although no queue is bound. Declares the exchanges again, notifies
 * the other processes so that they bind their queues, and has the publisher
 * repeat the messages that groups may have missed. Single bindings cannot be
 * checked: queues are bound again in turns.
 */
export class TopologyWatch {
  readonly #options: TopologyWatchOptions;
  readonly #id = randomId();
  readonly #renewals: Consumer;
  readonly #losses = new Set<string>();
  readonly #turns = new BindingTurns();
  #connection: ChannelModel | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rebinding = false;
  #wanted = false;
  #attachedBefore = false;
  #odd = false;
  /**
   * Begin of the last check that found all exchanges, and of the one before.
   */
  #goodAt = -Infinity;
  #goodBefore = -Infinity;
  /** Time since which messages wait to be repeated; Infinity if none do. */
  #lostSince = Infinity;
  /** Time at which that loss was found. */
  #lostAt = -Infinity;
  /**
   * Time since which messages wait, for a loss that was found after the last
   * binding.
   */
  #lostNext = Infinity;
  /** Time of the last report of a lost queue, and the time since which. */
  #reported = { at: -Infinity, since: Infinity };
  /** Cause of the last failed check. */
  #problem: string | undefined;

  /** Checks nothing yet. */
  constructor(options: TopologyWatchOptions) {
    this.#options = options;
    this.#renewals = new Consumer({
      pattern: "renewed exchanges",
      declare: (channel, queue) =>
        declareFanoutQueue(channel, options.names.renewed, queue),
      onMessage: (message) => this.#renewed(message),
      onInterrupted: () => {},
      log: options.log,
    });
  }

  /** Declares the exchanges on a new connection. Rejects if that fails. */
  async attach(connection: ChannelModel, channels: Channels): Promise<void> {
    const { alive, front } = this.#options.names;
    const missing = await missingExchanges(connection, [alive, front]);
    await this.#declareAll(connection);
    if (missing.length > 0) {
      const isLost = this.#attachedBefore && missing.includes(front);
      this.#announce(isLost ? this.#lastGood() : undefined);
    }
    this.#attachedBefore = true;
    await this.#renewals.attach(channels);
    this.#connection = connection;
    this.#plan(connection);
  }

  /** The connection is lost. */
  detach(): void {
    this.#connection = undefined;
    clearTimeout(this.#timer);
    this.#renewals.detach();
  }

  /** Stops checking. */
  async end(): Promise<void> {
    this.#connection = undefined;
    clearTimeout(this.#timer);
    await this.#renewals.close();
  }

  /**
   * The queue of a group or its bindings were deleted. Messages that were
   * confirmed since `since` may be lost.
   */
  reportLostQueue(since: number): void {
    const now = performance.now();
    const { at, since: reported } = this.#reported;
    if (now - at < CHECK_INTERVAL && since >= reported) return;
    this.#reported = { at: now, since };
    this.#announce(since);
  }

  #plan(connection: ChannelModel): void {
    this.#timer = setTimeout(() => this.#check(connection), CHECK_INTERVAL);
  }

  async #check(connection: ChannelModel): Promise<void> {
    const began = performance.now();
    try {
      const { canaries, consumers } = this.#turns.next(this.#options.bound());
      const names = [
        ...this.#nextNames(),
        ...canaries.map(({ canary }) => canary),
      ];
      const missing = await missingExchanges(connection, names);
      if (missing.length > 0) {
        await this.#repair(connection, missing, canaries);
      } else {
        this.#good(began);
        for (const canary of canaries) canary.boundAt(began);
      }
      await withChannel(connection, (channel) => this.#bindNext(channel));
      if (this.#odd) await this.#renewals.rebind();
      await Promise.all(consumers.map((consumer) => consumer.rebind()));
      this.#problem = undefined;
    } catch (error) {
      if (connection === this.#connection) this.#complain(error as Error);
    }
    if (connection === this.#connection) this.#plan(connection);
  }

  /**
   * Checks half of the exchanges each time. With the bindings, a check of an
   * idle bus takes at most 10 operations.
   */
  #nextNames(): string[] {
    const { alive, front, observers, filter, requests } = this.#options.names;
    const { answers, cancelled, unhandled, renewed } = this.#options.names;
    this.#odd = !this.#odd;
    return this.#odd
      ? [alive, front, renewed, observers, filter]
      : [alive, requests, cancelled, unhandled, answers];
  }

  /** Binds exchanges to each other: half of them each time. */
  async #bindNext(channel: Channel): Promise<void> {
    const { names, observes } = this.#options;
    if (this.#odd) return await bindFront(channel, names);
    await bindUnhandled(channel, names);
    if (observes()) await bindFilter(channel, names);
  }

  /**
   * Declares everything again. Groups report a loss if their canary was
   * deleted.
   */
  async #repair(
    connection: ChannelModel,
    missing: readonly string[],
    canaries: Turn["canaries"],
  ): Promise<void> {
    const { names } = this.#options;
    const since = this.#lastGood();
    await this.#declareAll(connection);
    const unbound = canaries.filter(({ canary }) => missing.includes(canary));
    const exchanges = missing.filter((name) =>
      unbound.every(({ canary }) => canary !== name)
    ).map((name) => name === names.alive ? names.shared : name);
    this.#warn(exchanges, unbound.map(({ name }) => name));
    await this.#rebind();
    this.#announce(missing.includes(names.front) ? since : undefined);
  }

  #warn(exchanges: readonly string[], queues: readonly string[]): void {
    const { log } = this.#options;
    if (exchanges.length > 0) {
      log.warn(
        'the exchange "{exchanges}" was deleted: declared and bound again; ' +
          "subscriptions may have missed messages",
        { exchanges: exchanges.join('", "') },
      );
    }
    if (queues.length > 0) {
      log.warn(
        'the bindings of the queue "{queues}" were deleted: bound again',
        { queues: queues.join('", "') },
      );
    }
  }

  /** All exchanges were there when this check began. */
  #good(began: number): void {
    this.#goodBefore = this.#goodAt;
    this.#goodAt = began;
    if (this.#lostSince === Infinity) {
      this.#options.publisher.trimHistory(began);
    }
  }

  /** Returns a time at which all exchanges were there. */
  #lastGood(): number {
    return this.#goodBefore - CHECK_INTERVAL;
  }

  #announce(lostSince: number | undefined): void {
    const id = randomId();
    this.#options.publisher.announce({ origin: this.#id, id, lostSince });
    if (lostSince !== undefined) this.#lost(id, lostSince);
  }

  /** Repeats messages once every process had the time to bind its queues. */
  #lost(id: string, since: number): void {
    if (this.#losses.has(id)) return;
    this.#losses.add(id);
    if (this.#losses.size > MAX_LOSSES) {
      const [oldest] = this.#losses;
      this.#losses.delete(oldest!);
    }
    const now = performance.now();
    if (this.#lostSince === Infinity) {
      this.#lostAt = now;
      this.#lostSince = since;
      this.#replayLater();
    } else {
      this.#lostSince = Math.min(this.#lostSince, since);
      const isCovered = now - this.#lostAt < REPAIR_TIME / 2;
      if (!isCovered) this.#lostNext = Math.min(this.#lostNext, since);
    }
  }

  #replayLater(): void {
    this.#options.deadlines.add(REPAIR_TIME, () => {
      const since = this.#lostSince;
      this.#options.publisher.replay(since);
      this.#lostAt = performance.now();
      this.#lostSince = this.#lostNext;
      this.#lostNext = Infinity;
      if (this.#lostSince < Infinity) this.#replayLater();
    });
  }

  /** Logs each cause once: it stays until an operator removes it. */
  #complain({ message }: Error): void {
    if (message === this.#problem) return;
    this.#problem = message;
    const { names, log } = this.#options;
    log.error('cannot declare the exchange "{exchange}" again: {cause}', {
      exchange: names.shared,
      cause: message,
    });
  }

  #declareAll(connection: ChannelModel): Promise<void> {
    const { names } = this.#options;
    return withChannel(connection, async (channel) => {
      await declareTopology(channel, names);
      await declareAlive(channel, names);
    });
  }

  #renewed(message: Message): void {
    const { appId, messageId, type, headers } = message.properties;
    if (appId === this.#id) return;
    if (type === SURVEY) return this.#options.onSurvey(message);
    this.#rebind();
    if (type !== LOST || typeof messageId !== "string") return;
    const age = Number(headers?.[AGE_HEADER] ?? Infinity);
    this.#lost(messageId, performance.now() - age);
  }

  /**
   * Binds all queues. After a restart of the broker many processes can send the
   * news at once; the queues are then bound only once more.
   */
  async #rebind(): Promise<void> {
    this.#wanted = true;
    if (this.#rebinding) return;
    this.#rebinding = true;
    while (this.#wanted) {
      this.#wanted = false;
      this.#options.log.debug("exchanges were declared again: binding queues");
      await this.#options.rebind();
    }
    this.#rebinding = false;
  }
}
