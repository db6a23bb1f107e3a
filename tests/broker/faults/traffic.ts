import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import type { CaryatidError, Subscription } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { Changes } from "../changes.ts";
import type { PrivateBroker } from "../private_broker.ts";
import { newBus } from "./new_bus.ts";
import { numbers } from "./outcomes.ts";

const PUBLISHERS = 10;
/** Unconfirmed messages of each publisher at a time. */
const WINDOW = 10;
const MEMBERS = 3;
const TOPIC = "traffic";
/** Longest wait without a new message, in milliseconds. */
const PATIENCE = 30_000;

/**
 * Ten publishers that retry until each message is confirmed, and a group of
 * three members. Counts confirmed, received, repeated and lost messages.
 */
export class Traffic implements AsyncDisposable {
  readonly #publisher: RabbitMqBus;
  readonly #members: readonly RabbitMqBus[];
  readonly #changes = new Changes();
  readonly #confirmed = new Set<number>();
  /** Number of deliveries of each message. */
  readonly #received = new Map<number, number>();
  readonly #began = performance.now();
  #next = 0;
  #sent = 0;
  #kills = 0;
  #loops: Promise<void>[] = [];

  private constructor(
    publisher: RabbitMqBus,
    members: readonly RabbitMqBus[],
  ) {
    this.#publisher = publisher;
    this.#members = members;
  }

  /**
   * Opens all buses with these settings. Resolves when the group is subscribed.
   * Members connect to `url`.
   */
  static async open(
    broker: PrivateBroker,
    settings: Record<string, unknown>,
    url: string = broker.url(),
  ): Promise<Traffic> {
    const traffic = new Traffic(
      newBus({ ...settings, url: broker.url() }),
      numbers(MEMBERS).map(() => newBus({ ...settings, url })),
    );
    const buses = [traffic.#publisher, ...traffic.#members];
    await Promise.all(buses.map((bus) => bus.open()));
    const subscriptions = traffic.#members.map((bus) =>
      bus.subscribe(TOPIC, { group: "readers" })
    );
    await Promise.all(subscriptions.map(({ ready }) => ready));
    traffic.#loops = subscriptions.map((it) => traffic.#read(it));
    return traffic;
  }

  /** Number of messages that were confirmed but not received. */
  get lost(): number {
    let lost = 0;
    for (const n of this.#confirmed) if (!this.#received.has(n)) lost++;
    return lost;
  }

  /** Publishes `count` more messages, each until it is confirmed. */
  async publish(count: number): Promise<void> {
    const end = this.#next + count;
    await Promise.all(
      numbers(PUBLISHERS * WINDOW).map(async () => {
        while (this.#next < end) await this.#publishOne(this.#next++);
      }),
    );
  }

  /** Resolves when `count` messages are confirmed. */
  confirmed(count: number): Promise<void> {
    return this.#until(() => this.#confirmed.size >= count, "more confirms");
  }

  /**
   * Resolves when all confirmed messages were received. Rejects when no new
   * message arrives for 30 s.
   */
  async received(): Promise<void> {
    for (let before = this.lost; before > 0; before = this.lost) {
      await this.#until(() => this.lost < before, "what is lost");
    }
  }

  /** Kills the broker with -9 and starts it again. */
  async crash(broker: PrivateBroker): Promise<void> {
    this.#kills++;
    await broker.kill();
    await broker.restart();
  }

  /** Returns all counts as a line of text. */
  figures(): string {
    let repeated = 0;
    for (const count of this.#received.values()) repeated += count - 1;
    const seconds = (performance.now() - this.#began) / 1000;
    return `${this.#kills} kills, ${this.#sent} sent, ` +
      `${this.#confirmed.size} confirmed, ${this.#received.size} received, ` +
      `${repeated} repeated, ${this.lost} lost, in ${seconds.toFixed(1)} s`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const buses = [this.#publisher, ...this.#members];
    await Promise.all(buses.map((bus) => bus.close()));
    await Promise.all(this.#loops);
  }

  async #publishOne(n: number): Promise<void> {
    for (;;) {
      this.#sent++;
      try {
        await this.#publisher.publish(TOPIC, n, { id: `${n}`, timeout: 2_000 });
        this.#confirmed.add(n);
        return this.#changes.notify();
      } catch (error) {
        // A quorum queue without a leader refuses messages as a full one does.
        const { code } = error as CaryatidError;
        if (code !== "BUS_UNAVAILABLE" && code !== "QUEUE_FULL") throw error;
      }
    }
  }

  async #read(subscription: Subscription): Promise<void> {
    for await (const { message } of subscription) {
      assert(typeof message === "number");
      this.#received.set(message, (this.#received.get(message) ?? 0) + 1);
      this.#changes.notify();
    }
  }

  #until(holds: () => boolean, what: string): Promise<void> {
    return this.#changes.until(
      holds,
      () => `${what}: ${this.figures()}`,
      PATIENCE,
    );
  }
}
