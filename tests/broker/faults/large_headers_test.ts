import { encode } from "@caryatid/process/codec";
import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import type { Delivery } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { openClient } from "../amqp_client.ts";
import { brokerTest, type TestBroker } from "../shared_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";

const group = "workers";
const pattern = "large";
/** Headers that fill what amqplib encodes, and leave no room for others. */
const LARGE = { largest: "x".repeat(40_000), rest: "y".repeat(25_400) };
const REST = { rest: LARGE.rest };
const LEFT_OUT = /^WARN left out 1 headers of a message on large:/;

/** Bus with dead letters, and a group that has no members yet. */
async function open(
  { url, exchange }: TestBroker,
  log: LogWatch,
  settings: Record<string, unknown> = {},
): Promise<RabbitMqBus> {
  const dead = { "dead-letter-exchange": `${exchange}.dead` };
  const bus = newBus({ url, exchange, ...dead, ...settings }, log);
  await bus.open();
  await using first = bus.subscribe(pattern, { group });
  await first.ready;
  return bus;
}

/** Publishes with any headers, as another client can. */
async function publish(
  { url, exchange }: TestBroker,
  headers: Record<string, unknown>,
): Promise<void> {
  await using client = await openClient(url);
  const body = Buffer.from(encode("poison"));
  client.channel.publish(exchange, pattern, body, { headers });
  await client.channel.checkExchange(exchange); // answered after the publish
}

/** Takes one delivery, and leaves the loop with an error. */
async function failOnce(bus: RabbitMqBus): Promise<Delivery> {
  const retry = { attempts: 2, backoff: 10 };
  const member = bus.subscribe(pattern, { group, retry });
  const loop = member[Symbol.asyncIterator]();
  const { value } = await within(loop.next(), "a delivery");
  await loop.throw!(new Error("no luck"));
  return value!;
}

brokerTest(
  "publish and request reject headers over 32 KiB with INVALID_OPTION and both sizes, and smaller ones arrive",
  async ({ url, exchange }) => {
    await using bus = newBus({ url, exchange });
    await bus.open();
    const all = bus.subscribe(pattern);
    await all.ready;
    // a length of 4 bytes, the name and the text with their lengths
    const most = 32_768 - 4 - 2 - 5;
    const large = { headers: { a: "x".repeat(most + 1) } };
    const refusal = {
      code: "INVALID_OPTION",
      message:
        'Cannot send on "large": found 32769 bytes of headers; expected at most 32768',
    };
    await assert.rejects(bus.publish(pattern, 1, large), refusal);
    await assert.rejects(bus.request(pattern, 1, large), refusal);
    await bus.publish(pattern, 2, { headers: { a: "x".repeat(most) } });
    assert.deepEqual(messages(await take(all, 1)), [2]);
  },
);

brokerTest(
  "C15 a message with 65,000 bytes of headers is retried and dead-lettered without the largest header, and logged once",
  async (broker) => {
    const log = new LogWatch();
    await using bus = await open(broker, log);
    await publish(broker, LARGE);
    assert.deepEqual((await failOnce(bus)).headers, LARGE);
    assert.deepEqual((await failOnce(bus)).headers, REST);
    const [letter, ...others] = await bus.deadLetters.list();
    assert.deepEqual(letter!.headers, REST);
    assert.deepEqual([letter!.code, letter!.count], ["MODULE_FAILED", 2]);
    assert.deepEqual(others, []);
    assert.equal(log.all(LEFT_OUT).length, 1);
    assert.equal(log.all(/WARN/).length, 1);
  },
);

brokerTest(
  "C15 a message with 65,000 bytes of headers moves to the suspects and is dead-lettered without the largest header",
  async (broker) => {
    const log = new LogWatch();
    await using bus = await open(broker, log, { redeliveries: 1 });
    await publish(broker, LARGE);
    // Two starts that do not end: one from the queue, one of a suspect.
    for (const headers of [LARGE, REST]) {
      await using other = newBus({
        ...broker,
        redeliveries: 1,
        "dead-letter-exchange": `${broker.exchange}.dead`,
      }, log);
      await other.open();
      const member = other.subscribe(pattern, { group });
      const loop = member[Symbol.asyncIterator]();
      const { value } = await within(loop.next(), "a delivery");
      assert.deepEqual(value!.headers, headers);
    }
    await using heir = bus.subscribe(pattern, { group });
    const reading = heir[Symbol.asyncIterator]().next();
    await log.until(/ERROR \[MODULE_FAILED\] dead-lettered/);
    await bus.publish(pattern, "good");
    assert.equal((await within(reading, "the next")).value?.message, "good");
    const [letter] = await bus.deadLetters.list();
    assert.deepEqual(letter!.headers, REST);
    assert.equal(log.all(LEFT_OUT).length, 1);
  },
);

brokerTest(
  "a message that is refused at once keeps its headers as a dead letter, except the largest",
  async (broker) => {
    const log = new LogWatch();
    await using bus = await open(broker, log);
    const member = bus.subscribe(pattern, {
      group,
      accept: (delivery) => {
        if (delivery.message === "good") return delivery;
        throw new Error("refused");
      },
    });
    await member.ready;
    await publish(broker, LARGE);
    await bus.publish(pattern, "good");
    assert.deepEqual(messages(await take(member, 1)), ["good"]);
    await member.close();
    const [letter] = await bus.deadLetters.list();
    assert.deepEqual(letter!.headers, REST);
    assert.equal(log.all(LEFT_OUT).length, 1);
    assert.equal(log.all(/WARN/).length, 1);
  },
);

brokerTest(
  "C15 headers that amqplib cannot encode again are left out of a retry and a dead letter",
  async (broker) => {
    const log = new LogWatch();
    await using bus = await open(broker, log);
    await publish(broker, {
      number: { "!": "double", value: -1e300 },
      "!": "x",
      kept: "text",
    });
    await failOnce(bus);
    assert.deepEqual((await failOnce(bus)).headers, { kept: "text" });
    const [letter] = await bus.deadLetters.list();
    assert.deepEqual(letter!.headers, { kept: "text" });
    assert.equal(log.all(/^WARN left out 2 headers/).length, 1);
  },
);
