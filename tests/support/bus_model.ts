import {
  type CaryatidError,
  type Handling,
  type MessageBus,
  type Subscription,
  topicMatches,
} from "@caryatid/sdk";
import assert from "node:assert/strict";
import fc from "fast-check";
import { within } from "../../sdk/testing/conformance/promises.ts";
import { Changes } from "../broker/changes.ts";

const TOPICS = ["a.b", "a.c", "b"] as const;
const PATTERNS = ["a.b", "a.*", "#.b", "#"] as const;
const PATIENCE = 30_000;

/** One step of a model run. */
type Step =
  | { readonly publish: string; readonly count: number }
  | { readonly request: string }
  | { readonly subscribe: string; readonly group: string | undefined }
  | { readonly unsubscribe: number }
  | { readonly handle: string }
  | { readonly release: number };

const topic = fc.constantFrom(...TOPICS);
const index = fc.nat(100);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      publish: topic,
      count: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ request: topic }) },
  {
    weight: 3,
    arbitrary: fc.record({
      subscribe: fc.constantFrom(...PATTERNS),
      group: fc.constantFrom(undefined, undefined, "g", "h"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ unsubscribe: index }) },
  { weight: 2, arbitrary: fc.record({ handle: topic }) },
  { weight: 1, arbitrary: fc.record({ release: index }) },
);

/**
 * Registers a test that compares a bus with a simple model under random
 * commands. `open` returns a new, open bus for each run.
 *
 * Every publish and request must settle exactly once. Every subscription must
 * receive all messages of its time, in the order of their topic; the members of
 * a group together receive each message. Every request is answered once by a
 * handler, or rejects with `NO_HANDLER`.
 */
export function busModelTest(
  name: string,
  open: () => Promise<MessageBus>,
  numRuns: number,
): void {
  Deno.test(`F7 ${name} behaves as its model under random commands, and every promise settles once`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40, size: "max" }),
        async (steps) => {
          const bus = await open();
          try {
            const run = new ModelRun(bus);
            for (const step of steps) await run.do(step);
            await run.finish();
          } finally {
            await bus.close();
          }
        },
      ),
      { numRuns, interruptAfterTimeLimit: 120_000 },
    );
  });
}

/** Messages that a subscription, or a group, must receive. */
class Expected {
  readonly #wanted: { readonly topic: string; readonly n: number }[] = [];
  readonly #got = new Map<number, number>();
  readonly #order = new Map<string, number>();
  readonly #changes = new Changes();
  readonly #ordered: boolean;
  readonly #once: boolean;
  #fault: string | undefined;

  constructor(ordered: boolean, once: boolean) {
    this.#ordered = ordered;
    this.#once = once;
  }

  add(topic: string, n: number): void {
    this.#wanted.push({ topic, n });
  }

  /** Records a delivery. */
  receive(topic: string, n: number): void {
    const before = this.#got.get(n) ?? 0;
    if (this.#once && before > 0) this.#fault ??= `${n} was delivered twice`;
    if (this.#ordered && before === 0) {
      const last = this.#order.get(topic) ?? -1;
      if (last > n) this.#fault ??= `${n} was delivered after ${last}`;
      this.#order.set(topic, n);
    }
    this.#got.set(n, before + 1);
    this.#changes.notify();
  }

  /** Resolves when exactly the wanted messages have arrived. */
  async all(what: string): Promise<void> {
    await this.#changes.until(
      () => this.#missing() === 0,
      () => `${this.#missing()} messages of ${what}`,
      PATIENCE,
    );
    assert.equal(this.#fault, undefined, `${what}: ${this.#fault}`);
    const wanted = new Set(this.#wanted.map(({ n }) => n));
    for (const n of this.#got.keys()) {
      assert(wanted.has(n), `${what} received ${n}, which was not for it`);
    }
  }

  #missing(): number {
    return this.#wanted.filter(({ n }) => !this.#got.has(n)).length;
  }
}

interface OpenSubscription {
  readonly subscription: Subscription;
  readonly pattern: string;
  readonly group: string | undefined;
  readonly expected: Expected;
  readonly loop: Promise<void>;
}

/** A bus and its model in one run. */
class ModelRun {
  readonly #bus: MessageBus;
  readonly #open: OpenSubscription[] = [];
  readonly #groups = new Map<string, Expected>();
  readonly #handlings: { topic: string; handling: Handling }[] = [];
  /** Number of calls of handlers by request. */
  readonly #handled = new Map<number, number>();
  #pending: Promise<void>[] = [];
  /** Number of times that each promise settled. */
  readonly #settled: number[] = [];
  #next = 0;

  constructor(bus: MessageBus) {
    this.#bus = bus;
  }

  async do(step: Step): Promise<void> {
    if ("publish" in step) {
      for (let i = 0; i < step.count; i++) this.#publish(step.publish);
      return;
    }
    if ("request" in step) return this.#request(step.request);
    await this.#settle(); // who receives a message is certain only then
    if ("subscribe" in step) return await this.#subscribe(step);
    if ("unsubscribe" in step) return await this.#unsubscribe(step.unsubscribe);
    if ("handle" in step) return await this.#handle(step.handle);
    const [gone] = this.#handlings.splice(
      step.release % (this.#handlings.length || 1),
      1,
    );
    await gone?.handling.close();
  }

  /** Checks what is left, then closes the bus during further calls. */
  async finish(): Promise<void> {
    await this.#settle();
    // A group on a broker keeps its messages for the next member.
    for (const key of this.#groups.keys()) {
      const [group, pattern] = key.split(" ") as [string, string];
      await this.#subscribe({ subscribe: pattern, group });
    }
    while (this.#open.length > 0) await this.#unsubscribe(0);
    for (const [n, times] of this.#handled) {
      assert.equal(times, 1, `request ${n} was handled ${times} times`);
    }
    const last = TOPICS.flatMap((topic) => [
      this.#bus.publish(topic, 0),
      this.#bus.request(topic, "last"),
    ]).map((call) => this.#watch(call));
    await within(this.#bus.close(), "close", PATIENCE);
    const all = Promise.allSettled(last);
    for (const outcome of await within(all, "all calls", PATIENCE)) {
      if (outcome.status === "fulfilled") continue;
      const { code } = outcome.reason as CaryatidError;
      assert(code === "BUS_CLOSED" || code === "NO_HANDLER", code);
    }
    assert(this.#settled.every((times) => times === 1), `${this.#settled}`);
  }

  #publish(topic: string): void {
    const n = this.#next++;
    const { durable } = this.#bus.abilities;
    const counted = new Set<Expected>();
    for (const { pattern, expected } of this.#open) {
      if (topicMatches(pattern, topic)) counted.add(expected);
    }
    for (const [key, expected] of durable ? this.#groups : []) {
      if (topicMatches(key.split(" ")[1]!, topic)) counted.add(expected);
    }
    for (const expected of counted) expected.add(topic, n);
    this.#pending.push(this.#watch(this.#bus.publish(topic, n)).then(() => {}));
  }

  #request(topic: string): void {
    const n = this.#next++;
    const isHandled = this.#handlings.some((one) => one.topic === topic);
    const answer = this.#watch(this.#bus.request(topic, `${n}`));
    const check = isHandled
      ? answer.then((it) => assert.equal(it, `answer ${n}`))
      : assert.rejects(answer, { code: "NO_HANDLER" });
    this.#pending.push(check);
  }

  async #subscribe(
    { subscribe: pattern, group }: {
      readonly subscribe: string;
      readonly group: string | undefined;
    },
  ): Promise<void> {
    const { exactlyOnce } = this.#bus.abilities;
    const key = `${group} ${pattern}`;
    const expected = group === undefined
      ? new Expected(true, exactlyOnce)
      : this.#groups.get(key) ?? new Expected(false, exactlyOnce);
    if (group !== undefined) this.#groups.set(key, expected);
    const subscription = this.#bus.subscribe(pattern, {
      ...group === undefined ? {} : { group },
    });
    await within(subscription.ready, "a subscription", PATIENCE);
    const loop = read(subscription, expected);
    this.#open.push({ subscription, pattern, group, expected, loop });
  }

  async #unsubscribe(which: number): Promise<void> {
    const [gone] = this.#open.splice(which % (this.#open.length || 1), 1);
    if (gone === undefined) return;
    await gone.expected.all(`${gone.group} on ${gone.pattern}`);
    await within(gone.subscription.close(), "close", PATIENCE);
    await gone.loop;
  }

  async #handle(topic: string): Promise<void> {
    const handling = this.#bus.handle(topic, ({ message }) => {
      const n = Number(message);
      this.#handled.set(n, (this.#handled.get(n) ?? 0) + 1);
      return `answer ${message}`;
    });
    this.#handlings.push({ topic, handling });
    await within(handling.ready, "a handling", PATIENCE);
  }

  async #settle(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    await within(Promise.all(pending), "all calls", PATIENCE);
  }

  /** Counts how often a promise settles. */
  #watch<T>(call: Promise<T>): Promise<T> {
    const at = this.#settled.push(0) - 1;
    const settled = () => void this.#settled[at]!++;
    call.then(settled, settled);
    return call;
  }
}

async function read(
  subscription: Subscription,
  expected: Expected,
): Promise<void> {
  for await (const { topic, message } of subscription) {
    // A subscription to "#" also receives requests, whose messages are texts.
    if (typeof message === "number") expected.receive(topic, message);
  }
}
