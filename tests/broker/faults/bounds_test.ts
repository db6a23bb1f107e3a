import assert from "node:assert/strict";
import { encode } from "@caryatid/process/codec";
import type { CaryatidError } from "@caryatid/sdk";
import { Buffer } from "node:buffer";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { openClient } from "../amqp_client.ts";
import type { PrivateBroker } from "../private_broker.ts";
import { fileBroker } from "./file_broker.ts";
import { newBus } from "./new_bus.ts";
import { numbers, outcomes } from "./outcomes.ts";
import { runRabbitProgram } from "./run_rabbit_program.ts";
import { TwoBuses } from "./two_buses.ts";

const test = fileBroker();
const soak = Deno.env.has("CARYATID_SOAK");
const MIB = 2 ** 20;

test("C16 publish rejects a body of 16 MiB and one byte before it is sent, and ten other messages arrive", async (broker) => {
  await using buses = await TwoBuses.open(broker);
  const { cut, whole, proxy, log } = buses;
  const received = whole.subscribe("c16");
  await received.ready;
  const head = 5; // length of the CBOR head of such a byte string
  const tooLarge = new Uint8Array(16 * MIB + 1 - head);
  const publishes = numbers(11).map((n) =>
    cut.publish("c16", n === 5 ? tooLarge : n)
  );
  const all = await within(outcomes(publishes).all, "11 publishes");
  const expected = numbers(11).map((n) => n === 5 ? "MESSAGE_TOO_LARGE" : "ok");
  assert.deepEqual(all, expected);
  await assert.rejects(publishes[5]!, {
    message: /found 16777217 bytes; expected at most 16777216/,
  });
  const got = messages(await take(received, 10));
  assert.deepEqual(got, [0, 1, 2, 3, 4, 6, 7, 8, 9, 10]);
  await assert.rejects(cut.request("c16", tooLarge), {
    code: "MESSAGE_TOO_LARGE",
  });
  assert.equal(proxy.accepted, 2, "both connections are the first ones");
  assert.deepEqual(log.all(/^(WARN|ERROR)/), []);
});

test("C16 publish rejects an id or headers that AMQP cannot encode, and other publishes succeed", async (broker) => {
  await using buses = await TwoBuses.open(broker);
  const { cut, whole, proxy } = buses;
  const received = whole.subscribe("c16");
  await received.ready;
  const long = "x".repeat(256);
  const { all } = outcomes([
    cut.publish("c16", 1),
    cut.publish("c16", 2, { id: long }),
    cut.publish("c16", 3, { headers: { [long]: "" } }),
    cut.publish("c16", 4, { headers: { much: "x".repeat(70_000) } }),
    cut.publish("c16", 5),
  ]);
  assert.deepEqual(await within(all, "5 publishes"), [
    "ok",
    "INVALID_OPTION",
    "INVALID_OPTION",
    "INVALID_OPTION",
    "ok",
  ]);
  assert.deepEqual(messages(await take(received, 2)), [1, 5]);
  assert.equal(proxy.accepted, 2);
});

test("C17 publish resolves when the topic has no subscriber", async (broker) => {
  await using bus = newBus({ url: broker.url() });
  await bus.open();
  await within(bus.publish("c17.unread", 1), "the confirm");
});

test("C17 of 100 concurrent requests, only those without a handler reject with NO_HANDLER", async (broker) => {
  await using buses = await TwoBuses.open(broker);
  const { cut, whole } = buses;
  // Subscribers that receive the request do not count as handlers.
  await cut.subscribe("#").ready;
  await whole.subscribe("c17.#", { group: "taps" }).ready;
  await whole.handle("c17.yes.*", ({ message }) => message).ready;
  const answers = await Promise.all(
    numbers(100).map((n) =>
      cut.request(`c17.${n % 2 ? "no" : "yes"}.${n}`, n).catch(
        ({ code, message }: CaryatidError) => [code, message],
      )
    ),
  );
  for (const [n, answer] of answers.entries()) {
    if (n % 2 === 0) assert.equal(answer, n);
    else {
      const [code, text] = answer as [string, string];
      assert.equal(code, "NO_HANDLER");
      assert.match(text, new RegExp(`"c17\\.no\\.${n}"`));
    }
  }
});

/**
 * Returns the number of messages in the queue whose name matches: those ready
 * for delivery, and those delivered but not acknowledged.
 */
async function counts(broker: PrivateBroker, name: RegExp) {
  const fields = ["name", "messages_ready", "messages_unacknowledged"];
  const [queue] = (await broker.list("queues", ...fields))
    .filter((queue) => name.test(String(queue.name)));
  assert(queue, `no queue like ${name}`);
  return {
    ready: Number(queue.messages_ready),
    unacknowledged: Number(queue.messages_unacknowledged),
  };
}

test("C18 the broker sends a slow loop no more than its queue size, whatever the backlog", async (broker) => {
  const count = soak ? 100_000 : 10_000;
  await using client = await openClient(broker.url());
  await using bus = newBus({
    url: broker.url(),
    "subscriber-queue-size": 100,
    exchange: "c18",
  });
  await bus.open();
  const received = bus.subscribe("c18", { group: "slow" });
  await received.ready;
  await fill(client, "c18.group.slow.c18", count);
  const before = Deno.memoryUsage();
  let most = 0;
  for (const taken of [1, 149, 100]) {
    await take(received, taken);
    assert(
      received.queued + received.inFlight <= 100,
      `${received.queued} are here`,
    );
    const { heapUsed, external } = Deno.memoryUsage();
    most = Math.max(
      most,
      heapUsed + external - before.heapUsed - before.external,
    );
  }
  // A quorum queue reports its counts every 5 s.
  const reported = async () => {
    for (;;) {
      const { ready, unacknowledged } = await counts(broker, /slow/);
      if (ready + unacknowledged === count - 249) return unacknowledged;
    }
  };
  const unacknowledged = await within(reported(), "the counts", 20_000);
  assert(unacknowledged <= 100, `${unacknowledged} unacknowledged`);
  assert(most < 32 * MIB, `memory grew by ${Math.round(most / MIB)} MiB`);
  await received.close();
  await client.channel.deleteQueue("c18.group.slow.c18");
});

test("C18 the broker sends a handler no more requests than its concurrency", async (broker) => {
  await using buses = await TwoBuses.open(broker);
  const { cut, whole } = buses;
  const gate = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  let running = 0;
  let most = 0;
  const handler = async () => {
    most = Math.max(most, ++running);
    if (running === 3) began.resolve();
    await gate.promise;
    running--;
    return "done";
  };
  await whole.handle("c18.ask", handler, { concurrency: 3 }).ready;
  const answers = outcomes(
    numbers(50).map(() => cut.request("c18.ask", null, { timeout: 120_000 })),
  );
  await within(began.promise, "three handlers at work");
  const { ready, unacknowledged } = await counts(broker, /handlers\.c18\.ask/);
  assert.equal(unacknowledged, 3);
  assert.equal(ready, 47);
  gate.resolve();
  const all = await within(answers.all, "50 answers");
  assert(all.every((it) => it === "ok"), `${all}`);
  assert.equal(most, 3);
});

/**
 * Puts `count` messages of 1 KiB into a queue; `count` is a multiple of 1,000.
 */
async function fill(
  { connection }: Awaited<ReturnType<typeof openClient>>,
  queue: string,
  count: number,
): Promise<void> {
  const channel = await connection.createConfirmChannel();
  const body = Buffer.from(encode("x".repeat(1_021)));
  for (let n = 1; n <= count; n++) {
    channel.sendToQueue(queue, body);
    if (n % 1_000 === 0) await channel.waitForConfirms();
  }
  await channel.close();
}

test("C20 the exchange is declared as in Rust, and every queue is of a kind that new brokers accept", async (broker) => {
  // groups of other tests, whose queues stay
  const before = await queueNames(broker);
  await using program = runRabbitProgram({
    url: broker.url(),
    startDeadline: 0,
  });
  await program.line(/begun/);
  const bus = newBus({ url: broker.url(), exchange: "caryatid" });
  await bus.open();
  await bus.subscribe("c20").ready;
  await bus.handle("c20.ask", () => "answer").ready;
  const answers = await within(
    Promise.all(
      numbers(1_000).map(() =>
        bus.request("c20.ask", null, { timeout: 60_000 })
      ),
    ),
    "1,000 answers",
    60_000,
  );
  assert.equal(answers.length, 1_000);
  const [exchange] = (await broker.list("exchanges", "name", "type", "durable"))
    .filter(({ name }) => name === "caryatid");
  assert.deepEqual(exchange, {
    name: "caryatid",
    type: "topic",
    durable: false,
  });
  const queues = await broker.list("queues", "name", "durable", "exclusive");
  const added = queues.length - before.size;
  assert(added < 12, `there are ${added} queues after 1,000 requests`);
  for (const { name, durable, exclusive } of queues) {
    assert(durable || exclusive, `${name} is neither durable nor exclusive`);
  }

  program.kill("SIGKILL");
  await bus.close();
  await within(queuesGone(broker, before), "the last queue's end", 60_000);
});

async function queueNames(broker: PrivateBroker): Promise<Set<unknown>> {
  const queues = await broker.list("queues", "name");
  return new Set(queues.map(({ name }) => name));
}

/**
 * Resolves when the broker has no queues but these. The broker reports no such
 * event, so this polls.
 */
async function queuesGone(
  broker: PrivateBroker,
  before: Set<unknown>,
): Promise<void> {
  while ((await queueNames(broker)).difference(before).size > 0);
}
