import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import type { Delivery, SubscribeOptions } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { openClient } from "../amqp_client.ts";
import { faultTest } from "../fault_case.ts";
import { brokerTest, type TestBroker } from "../shared_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";
import { numbers } from "./outcomes.ts";
import { QUORUM_AGE, quorumAge } from "./quorum_age.ts";
import { runMember } from "./run_member.ts";
import { TwoBuses } from "./two_buses.ts";

const group = "workers";
const MOVING = 30;

/**
 * Subscribes, takes one delivery, and leaves the loop without finishing it,
 * with `error` if that is given.
 */
async function failOnce(
  bus: RabbitMqBus,
  pattern: string,
  options: SubscribeOptions,
  error?: Error,
): Promise<Delivery> {
  const member = bus.subscribe(pattern, { group, ...options });
  await member.ready;
  const loop = member[Symbol.asyncIterator]();
  const { value } = await within(loop.next(), "a delivery", 60_000);
  if (error) await loop.throw!(error);
  else await loop.return!();
  return value!;
}

/** Opens a bus, and declares a group that has no members yet. */
async function open(
  { url, exchange }: TestBroker,
  pattern: string,
  { log, ...settings }: { log?: LogWatch; [key: string]: unknown } = {},
): Promise<RabbitMqBus> {
  const bus = newBus({ url, exchange, ...settings }, log);
  await bus.open();
  await using first = bus.subscribe(pattern, { group });
  await first.ready;
  return bus;
}

brokerTest(
  "C15 a message is dead-lettered after all attempts of retry with its cause, count, time and topic",
  async (broker) => {
    const log = new LogWatch();
    const dead = `${broker.exchange}.dead`;
    await using bus = await open(broker, "c15.#", {
      "dead-letter-exchange": dead,
      log,
    });
    const headers = { author: "me", "x-first-death-queue": "my own" };
    const before = Date.now();
    await bus.publish("c15.a", "poison", { id: "the id", headers });
    const retry = { attempts: 3, backoff: 20 };
    const seen: Delivery[] = [];
    for (const n of [1, 2, 3]) {
      const error = new RangeError(`failure ${n}`);
      seen.push(await failOnce(bus, "c15.#", { retry }, error));
    }
    for (const [n, delivery] of seen.entries()) {
      assert.equal(delivery.redelivered, n > 0);
      assert.equal(delivery.topic, "c15.a");
      assert.equal(delivery.id, "the id");
      assert.equal(delivery.time, seen[0]!.time);
      assert.deepEqual(delivery.headers, headers);
    }
    const [letter, ...others] = await bus.deadLetters.list();
    const { time, body: _, ...rest } = letter!;
    assert.deepEqual(rest, {
      id: "the id",
      topic: "c15.a",
      message: "poison",
      headers,
      code: "MODULE_FAILED",
      cause: "failure 3",
      count: 3,
      pattern: "c15.#",
    });
    assert(time >= before && time <= Date.now(), `died at ${time}`);
    assert.deepEqual(others, []);
    assert.equal(log.all(/^ERROR .*c15\.a: failure 3/).length, 1);

    // A replayed message counts as new.
    const mended = bus.subscribe("c15.#", { group, retry });
    await mended.ready;
    assert.equal(await bus.deadLetters.replay(), 1);
    const [again] = await take(mended, 1);
    assert.equal(again!.redelivered, false);
    assert.deepEqual(again!.headers, headers);
  },
);

brokerTest(
  "C15 the cause of a dead letter says that loops ended if they were left without an error",
  async (broker) => {
    const dead = `${broker.exchange}.dead`;
    const settings = { "dead-letter-exchange": dead };
    await using bus = await open(broker, "c15", settings);
    await bus.publish("c15", "poison");
    const retry = { attempts: 2 };
    for (let n = 0; n < 2; n++) await failOnce(bus, "c15", { retry });
    const [letter] = await bus.deadLetters.list();
    assert.equal(
      letter!.cause,
      "a loop ended 2 times before its step was done",
    );
    assert.equal(letter!.count, 2);
  },
);

brokerTest(
  "C15 without a dead-letter exchange a message is never dropped: its failure is logged, and it is redelivered after at least 1 s",
  async (broker) => {
    const log = new LogWatch();
    await using bus = await open(broker, "c15", { log });
    await bus.publish("c15", "precious", { id: "the id" });
    const retry = { attempts: 2, backoff: 10 };
    // Measured before the last failure, since the wait begins when the loop
    // ends.
    let began = 0;
    for (let n = 1; n <= 2; n++) {
      began = performance.now();
      await failOnce(bus, "c15", { retry }, new Error(`failure ${n}`));
    }
    const last = bus.subscribe("c15", { group });
    assert.deepEqual(messages(await take(last, 1)), ["precious"]);
    assert(performance.now() - began >= 900, "it waited");
    const [line] = log.all(/^ERROR \[MODULE_FAILED\]/);
    assert.match(line!, /2 attempts at a message on c15 failed.*failure 2$/);
  },
);

brokerTest(
  "C15 while a message waits for its retry, the others of its group are delivered, to another process too",
  async (broker) => {
    await using bus = await open(broker, "c15");
    for (const n of ["poison", "1", "2", "3"]) await bus.publish("c15", n);
    const retry = { attempts: 9, backoff: 3_600_000 };
    await failOnce(bus, "c15", { retry });
    await using other = newBus({ url: broker.url, exchange: broker.exchange });
    await other.open();
    const member = other.subscribe("c15", { group });
    assert.deepEqual(messages(await take(member, 3)), ["1", "2", "3"]);
    await using client = await openClient(broker.url);
    const queue = `${broker.exchange}.group.${group}.c15`;
    const later = `${broker.exchange}.later.3600000.${queue}`;
    // A quorum queue may answer with an earlier count.
    while ((await client.channel.checkQueue(later)).messageCount !== 1);
    await client.channel.deleteQueue(later);
  },
);

/**
 * Publishes a message that kills its consumers or fails, in the order of
 * `ways`. Returns count and cause of its dead letter, if it has one.
 */
async function deadAfter(
  broker: TestBroker,
  ways: readonly ("kill" | "fail")[],
  attempts: number,
): Promise<[count: number, cause: string] | undefined> {
  const { url, exchange } = broker;
  const dead = { "dead-letter-exchange": `${exchange}.dead` };
  const settings = { url, exchange, redeliveries: 2, ...dead };
  await using bus = await open(broker, "c15", settings);
  await bus.publish("c15", "stay");
  const retry = { attempts, backoff: 10 };
  for (const way of ways) {
    assert.deepEqual(await bus.deadLetters.list(), []);
    if (way === "fail") {
      await failOnce(bus, "c15", { retry }, new Error("failed"));
    } else {
      await using member = await runMember({
        ...settings,
        group,
        pattern: "c15",
      });
      await member.line(/^took stay$/);
      member.kill("SIGKILL");
      await member.exitCode();
    }
  }
  const next = bus.subscribe("c15", { group });
  await next.ready;
  await bus.publish("c15", "end");
  assert.deepEqual(messages(await take(next, 1)), ["end"]);
  await next.close();
  const [letter] = await bus.deadLetters.list();
  return letter && [letter.count, letter.cause];
}

brokerTest(
  "C15 a failed attempt does not reset the count of kills",
  async (broker) => {
    assert.deepEqual(
      await deadAfter(
        broker,
        ["fail", "kill", "fail", "kill", "kill", "kill"],
        9,
      ),
      [4, "the message was started 2 times as a suspect and never finished"],
    );
  },
);

brokerTest(
  "C15 a kill does not reset the count of failed attempts, and a dead-letter exchange does not disable retries",
  async (broker) => {
    const [count, cause] = await deadAfter(
      broker,
      ["kill", "fail", "kill", "fail"],
      2,
    ) ?? [];
    assert.equal(cause, "failed");
    assert.equal(count, 2, "failures");
  },
);

brokerTest(
  "C15 a dedupe-window does not drop redeliveries",
  async (broker) => {
    const settings = { "dedupe-window": 100 };
    await using bus = await open(broker, "c15", settings);
    await bus.publish("c15", 1, { id: "1" });
    const retry = { attempts: 9, backoff: 10 };
    for (let n = 0; n < 3; n++) {
      const { redelivered } = await failOnce(bus, "c15", { retry });
      assert.equal(redelivered, n > 0);
    }
  },
);

for (const kind of ["classic", "quorum"]) {
  faultTest(
    `C5 a message that waits for its next attempt survives its process and a crash of the broker (${kind})`,
    async (broker) => {
      const log = new LogWatch();
      const settings = { url: broker.url(), exchange: "c5.wait" };
      const all = { ...settings, "queue-type": kind };
      const age = kind === "quorum" ? QUORUM_AGE : 0;
      const retry = { attempts: 9, backoff: 4_000 + age };
      {
        await using bus = newBus(all, log);
        await bus.open();
        for (const n of [1, 2, 3]) {
          const member = bus.subscribe("c5", { group });
          await member.ready;
          await bus.publish("c5", n, { id: `id of ${n}` });
          await member.close();
          await failOnce(bus, "c5", { retry });
        }
      }
      if (kind === "quorum") await quorumAge();
      await broker.kill();
      await broker.restart();
      await using bus = newBus(all, log);
      await bus.open();
      const heir = bus.subscribe("c5", { group });
      const got = await take(heir, 3, { distinct: true, timeout: 30_000 });
      assert.deepEqual(messages(got).sort(), [1, 2, 3]);
      for (const { message, id, topic, redelivered } of got) {
        assert.deepEqual([id, topic], [`id of ${message}`, "c5"]);
        assert(redelivered);
      }
      const queues = await broker.list("queues", "name", "type", "durable");
      const waiting = queues.filter(({ name }) => /later/.test(String(name)));
      assert.equal(waiting.length, 1);
      assert.equal(waiting[0]!.durable, true);
      assert.match(String(waiting[0]!.type), new RegExp(kind));
    },
  );
}

faultTest(
  "C5 no message is lost when the broker is killed while it moves waiting messages back",
  async (broker) => {
    const settings = { url: broker.url(), exchange: "c5.move" };
    await using bus = newBus(settings);
    await bus.open();
    const retry = { attempts: 9, backoff: 2_000 };
    {
      await using first = bus.subscribe("c5", { group });
      await first.ready;
    }
    for (const n of numbers(MOVING)) await bus.publish("c5", n);
    for (const _ of numbers(MOVING)) await failOnce(bus, "c5", { retry });
    const heir = bus.subscribe("c5", { group });
    // the first message is acknowledged, the second one is not
    const got = await take(heir, 2);
    await broker.kill();
    await broker.restart();
    // A message that was redelivered before all messages had failed waits
    // longer the next time.
    const timeout = 60_000;
    const rest = await take(heir, MOVING - 2, { distinct: true, timeout });
    const all = new Set(messages([...got, ...rest]));
    const more = async () => {
      for (const { message } of await take(heir, 1, { timeout })) {
        all.add(message);
      }
    };
    while (all.size < MOVING) await more();
  },
);

faultTest(
  "C5 a message is redelivered when its loop is left while the broker is unavailable",
  async (broker) => {
    await using buses = await TwoBuses.open(broker);
    const options = { group, retry: { attempts: 2, backoff: 50 } };
    const member = buses.cut.subscribe("c5", options);
    await member.ready;
    await buses.whole.publish("c5", "precious");
    const loop = member[Symbol.asyncIterator]();
    await within(loop.next(), "the message");
    await buses.outage();
    await within(loop.return!(), "the way out of the loop");
    const heir = buses.whole.subscribe("c5", options);
    const [again] = await take(heir, 1, { distinct: true });
    assert.equal(again!.message, "precious");
    assert.equal(again!.redelivered, true);
    await buses.proxy.pass();
  },
);
