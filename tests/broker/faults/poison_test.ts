import { encode } from "@caryatid/process/codec";
import { CaryatidError } from "@caryatid/sdk";
import type { Subscription } from "@caryatid/sdk";
import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { openClient } from "../amqp_client.ts";
import { brokerTest, type TestBroker } from "../shared_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";
import { numbers } from "./outcomes.ts";
import { runMember, taken } from "./run_member.ts";

const group = "workers";
const GOOD = 100;

/** Bodies that cannot be decoded. */
const poison: Record<string, Uint8Array> = {
  "not CBOR": new Uint8Array([0xff, 0x00]),
  "cut": encode({ text: "as long as it takes" }).slice(0, -1),
  "trailing": new Uint8Array([...encode(1), 0x02]),
};

/**
 * Number of the valid message that follows each of them; two follow each other.
 */
const BAD_BEFORE = [10, 10, 90];

/**
 * Publishes 100 good messages with the bad ones among them in one batch, as
 * Rust does, and a last one.
 */
async function publishMixed({ url, exchange }: TestBroker): Promise<void> {
  await using client = await openClient(url);
  const send = (topic: string, body: Uint8Array) =>
    client.channel.publish(exchange, topic, Buffer.from(body), {
      headers: { author: "me" },
      messageId: topic,
    });
  const bad = Object.values(poison);
  for (const n of numbers(GOOD)) {
    for (const [i, before] of BAD_BEFORE.entries()) {
      if (n === before) send(`c14.bad.${i}`, bad[i]!);
    }
    send(`c14.${n}`, encode(n));
  }
  send("c14.end", encode("end"));
  // the reply arrives after all of them
  await client.channel.checkExchange(exchange);
}

async function takeGood(subscription: Subscription): Promise<void> {
  const got = messages(await take(subscription, GOOD + 1));
  assert.deepEqual(got, [...numbers(GOOD), "end"]);
  assert.equal(subscription.dropped, 3);
}

brokerTest(
  "C14 each unreadable body of a batch is rejected once and counted, other messages arrive, and a group dead-letters it",
  async (broker) => {
    const log = new LogWatch();
    const { url, exchange } = broker;
    const dead = `${exchange}.dead`;
    const settings = { url, exchange, "dead-letter-exchange": dead };
    await using bus = newBus(settings, log);
    await bus.open();
    const fanOut = bus.subscribe("c14.#");
    const member = bus.subscribe("c14.#", { group });
    await Promise.all([fanOut.ready, member.ready]);
    const before = Date.now();
    await publishMixed(broker);
    await Promise.all([takeGood(fanOut), takeGood(member)]);
    await member.close(); // its dead letters are stored at that time
    const letters = await bus.deadLetters.list();
    assert.deepEqual(
      letters.map(({ topic, id, code, count, pattern, headers }) => ({
        topic,
        id,
        code,
        count,
        pattern,
        headers,
      })),
      BAD_BEFORE.map((_, n) => ({
        topic: `c14.bad.${n}`,
        id: `c14.bad.${n}`,
        code: "DECODE_FAILED",
        count: 0,
        pattern: "c14.#",
        headers: { author: "me" },
      })),
    );
    for (const [i, { cause, time, body }] of letters.entries()) {
      assert.match(cause, /^Cannot decode/);
      assert(time >= before && time <= Date.now(), `died at ${time}`);
      assert.deepEqual(body, Object.values(poison)[i]);
    }
    assert.equal(
      log.all(/^WARN \[DECODE_FAILED\] refused a message/).length,
      3,
    );
    assert.equal(log.all(/^ERROR \[DECODE_FAILED\] dead-lettered/).length, 3);
    await assertNoneLeft(bus);
  },
);

brokerTest(
  "C14 without a dead-letter exchange a group rejects an unreadable body once, counts it and logs it",
  async (broker) => {
    const log = new LogWatch();
    await using bus = newBus({ ...broker }, log);
    await bus.open();
    const member = bus.subscribe("c14.#", { group });
    await member.ready;
    await publishMixed(broker);
    await takeGood(member);
    await member.close();
    const lines = log.all(
      /^ERROR \[DECODE_FAILED\] dropped a message on c14\./,
    );
    assert.equal(lines.length, 3, log.lines.join("\n"));
    await assertNoneLeft(bus);
    await assert.rejects(bus.deadLetters.list(), { code: "INVALID_CONFIG" });
  },
);

/**
 * Asserts that only the message in flight of the last member came back to the
 * queue of the group. A new member receives what the queue has: the broker
 * returns a message to a quorum queue after the end of the channel, and its
 * counts are those of an earlier moment.
 */
async function assertNoneLeft(bus: RabbitMqBus): Promise<void> {
  await using member = bus.subscribe("c14.#", { group });
  await member.ready;
  await bus.publish("c14.last", "last");
  const got = messages(await take(member, 2));
  assert.deepEqual(got.sort(), ["end", "last"]);
  assert.equal(member.dropped, 0);
}

brokerTest(
  "C14 a message that accept rejects is dead-lettered with the code of the error",
  async ({ url, exchange }) => {
    const dead = `${exchange}.dead`;
    await using bus = newBus({ url, exchange, "dead-letter-exchange": dead });
    await bus.open();
    const member = bus.subscribe("c14", {
      group,
      accept: (delivery) => {
        if (delivery.message !== "bad") return delivery;
        throw new CaryatidError("INVALID_MESSAGE", "found bad; expected good");
      },
    });
    await member.ready;
    for (const text of ["good", "bad", "better"]) {
      await bus.publish("c14", text);
    }
    assert.deepEqual(messages(await take(member, 2)), ["good", "better"]);
    assert.equal(member.dropped, 1);
    await member.close();
    const [letter, ...others] = await bus.deadLetters.list();
    assert.equal(letter!.code, "INVALID_MESSAGE");
    assert.equal(letter!.cause, "found bad; expected good");
    assert.equal(letter!.message, "bad");
    assert.deepEqual(others, []);
  },
);

/**
 * Resolves when a queue has no ready messages: all of them were sent to
 * consumers. The broker reports no such event, so this polls.
 */
async function allGivenOut(url: string, queue: string): Promise<void> {
  await using client = await openClient(url);
  while ((await client.channel.checkQueue(queue)).messageCount > 0);
}

brokerTest(
  "C19 messages in flight and unread at a killed consumer are redelivered to the others",
  async ({ url, exchange }) => {
    const settings = { url, exchange, "subscriber-queue-size": 10 };
    await using bus = newBus(settings);
    await bus.open();
    await using killed = await runMember({
      ...settings,
      group,
      pattern: "c19",
    });
    const all = numbers(10).map((n) => n === 2 ? "stay" : `${n}`);
    for (const text of all) await bus.publish("c19", text);
    await killed.line(/^took stay$/);
    await allGivenOut(url, `${exchange}.group.${group}.c19`);
    const other = bus.subscribe("c19", { group });
    await other.ready;
    killed.kill("SIGKILL");
    await killed.exitCode();
    const got = await take(other, 8);
    while (got.at(-1)!.message !== "9") got.push(...await take(other, 1));
    // Delivery is at least once: a message that was acknowledged just before
    // the kill may be redelivered.
    assert.deepEqual(messages(got), all.slice(10 - got.length));
    assert(got.every(({ redelivered }) => redelivered));
    assert.deepEqual(taken(killed), all.slice(0, 3));
    await bus.publish("c19", "end");
    assert.deepEqual(messages(await take(other, 1)), ["end"]);
  },
);
