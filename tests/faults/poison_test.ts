import { encode } from "@caryatid/process/codec";
import { CaryatidError } from "@caryatid/sdk";
import type { Subscription } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { messages, take } from "../../sdk/testing/conformance/take.ts";
import { openClient } from "../broker/amqp_client.ts";
import { brokerTest, type TestBroker } from "../broker/shared_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";
import { numbers } from "./outcomes.ts";
import { runMember, taken } from "./run_member.ts";

const group = "workers";
const GOOD = 100;

/** Bodies that nobody can read. */
const poison: Record<string, Uint8Array> = {
  "not CBOR": new Uint8Array([0xff, 0x00]),
  "cut": encode({ text: "as long as it takes" }).slice(0, -1),
  "trailing": new Uint8Array([...encode(1), 0x02]),
};

/** Publishes 100 good messages with the bad ones among them, as Rust does, and a last one. */
async function publishMixed({ url, exchange }: TestBroker): Promise<void> {
  await using client = await openClient(url);
  const send = (topic: string, body: Uint8Array) =>
    client.channel.publish(exchange, topic, Buffer.from(body), {
      headers: { author: "me" },
      messageId: topic,
    });
  const bad = Object.values(poison);
  for (const n of numbers(GOOD)) {
    if (n % 40 === 10) send(`c14.bad.${n}`, bad[(n - 10) / 40]!);
    send(`c14.${n}`, encode(n));
  }
  send("c14.end", encode("end"));
  await client.channel.checkExchange(exchange); // its answer comes after all of them
}

async function takeGood(subscription: Subscription): Promise<void> {
  const got = messages(await take(subscription, GOOD + 1));
  assert.deepEqual(got, [...numbers(GOOD), "end"]);
  assert.equal(subscription.dropped, 3);
}

brokerTest(
  "C14 a body that can't be read is refused once and counted; its neighbours arrive; a group makes it a dead letter",
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
    await member.close(); // its dead letters are kept by then
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
      [10, 50, 90].map((n) => ({
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
    assert.equal(log.all(/^ERROR \[DECODE_FAILED\] gave up/).length, 3);
    await assertEmpty(broker);
  },
);

brokerTest(
  "C14 without a dead-letter exchange a group refuses such a body once, counts it and logs it",
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
      /^ERROR \[DECODE_FAILED\] gave up a message on c14\./,
    );
    assert.equal(lines.length, 3, log.lines.join("\n"));
    await assertEmpty(broker);
    await assert.rejects(bus.deadLetters.list(), { code: "INVALID_CONFIG" });
  },
);

/** Nothing came back to the queue of the group but what the last member had in hand. */
async function assertEmpty({ url, exchange }: TestBroker): Promise<void> {
  await using client = await openClient(url);
  const queue = `${exchange}.group.${group}.c14.#`;
  const { messageCount } = await client.channel.checkQueue(queue);
  assert.equal(messageCount, 1);
}

brokerTest(
  "C14 a message that accept refuses is a dead letter with the code of its error",
  async ({ url, exchange }) => {
    const dead = `${exchange}.dead`;
    await using bus = newBus({ url, exchange, "dead-letter-exchange": dead });
    await bus.open();
    const member = bus.subscribe("c14", {
      group,
      accept: (delivery) => {
        if (delivery.message !== "bad") return delivery;
        throw new CaryatidError("INVALID_MESSAGE", "found bad, wanted good");
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
    assert.equal(letter!.cause, "found bad, wanted good");
    assert.equal(letter!.message, "bad");
    assert.deepEqual(others, []);
  },
);

brokerTest(
  "C15 a message that kills its consumers is a dead letter after 5 redeliveries; what waited beside it is not, and keeps its order",
  async ({ url, exchange }) => {
    const dead = `${exchange}.dead`;
    const settings = { url, exchange, "dead-letter-exchange": dead };
    await using bus = newBus(settings);
    await bus.open();
    {
      await using first = bus.subscribe("c15", { group });
      await first.ready;
    }
    const all = ["1", "2", "stay", "3", "4", "5"];
    for (const text of all) await bus.publish("c15", text);
    const lives: string[][] = [];
    for (let last = ""; last !== "5" && lives.length < 10;) {
      await using member = await runMember({
        ...settings,
        group,
        pattern: "c15",
      });
      last = (await member.line(/^took (stay|5)$/)).slice("took ".length);
      member.kill("SIGKILL");
      await member.exitCode();
      lives.push(taken(member));
    }
    // At least once: what was acknowledged just as it was killed may come again.
    const seen = new Set<string>();
    const fresh = lives.map((life) =>
      life.filter((text) =>
        text === "stay" || !seen.has(text) && seen.add(text)
      )
    );
    const again = numbers(5).map(() => ["stay"]);
    assert.deepEqual(fresh, [["1", "2", "stay"], ...again, ["3", "4", "5"]]);
    const letters = await bus.deadLetters.list();
    assert.deepEqual(
      letters.map(({ message, code, count }) => [message, code, count]),
      [["stay", "MODULE_FAILED", 5]],
    );
  },
);

/** Resolves when nothing waits in a queue: all of it was sent to consumers. The broker tells nobody, so this asks. */
async function allGivenOut(url: string, queue: string): Promise<void> {
  await using client = await openClient(url);
  while ((await client.channel.checkQueue(queue)).messageCount > 0);
}

brokerTest(
  "C19 what a consumer that is killed had in hand, and unread, goes to the others",
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
    // At least once: what was acknowledged just as it was killed may come again.
    assert.deepEqual(messages(got), all.slice(10 - got.length));
    assert(got.every(({ redelivered }) => redelivered));
    assert.deepEqual(taken(killed), all.slice(0, 3));
    await bus.publish("c19", "end");
    assert.deepEqual(messages(await take(other, 1)), ["end"]);
  },
);
