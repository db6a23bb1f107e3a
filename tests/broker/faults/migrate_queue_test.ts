import type { Delivery } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { caryatid, startCaryatid } from "../../e2e/cli/caryatid.ts";
import { openClient } from "../amqp_client.ts";
import type { PrivateBroker } from "../private_broker.ts";
import { fileBroker } from "./file_broker.ts";
import { newBus, newExchange } from "./new_bus.ts";

const test = fileBroker();
const GROUP = { group: "workers" };

/** Returns the arguments that migrate the queue of the group on `order.#`. */
function migration(broker: PrivateBroker, exchange: string): string[] {
  return [
    ...["queues", "migrate", "--group", "workers", "--pattern", "order.#"],
    ...["--url", broker.url(), "--exchange", exchange],
  ];
}

/** Leaves a classic queue with these messages and no member. */
async function classicGroup(
  broker: PrivateBroker,
  exchange: string,
  count: number,
): Promise<void> {
  const settings = { url: broker.url(), exchange, "queue-type": "classic" };
  await using bus = newBus(settings);
  await bus.open();
  const member = bus.subscribe("order.#", GROUP);
  await member.ready;
  await member.close();
  await Promise.all(
    Array.from(
      { length: count },
      (_, n) =>
        bus.publish(`order.${n}`, n, { id: `id-${n}`, headers: { n: `${n}` } }),
    ),
  );
}

/** Receives `count` different messages as a member with a quorum queue. */
async function receive(
  broker: PrivateBroker,
  exchange: string,
  count: number,
): Promise<Map<unknown, Delivery>> {
  await using bus = newBus({ url: broker.url(), exchange });
  await bus.open();
  const member = bus.subscribe("order.#", GROUP);
  const got = new Map<unknown, Delivery>();
  const reading = (async () => {
    for await (const delivery of member) {
      got.set(delivery.message, delivery);
      if (got.size === count) break;
    }
  })();
  await within(reading, `${count} messages, got ${got.size}`, 30_000);
  return got;
}

/** Names and types of the queues of an exchange. */
async function queuesOf(
  broker: PrivateBroker,
  exchange: string,
): Promise<string[]> {
  const queues = await broker.list("queues", "name", "type");
  return queues.map(({ name, type }) => `${name} ${type}`)
    .filter((line) => line.startsWith(exchange)).toSorted();
}

test("queues migrate moves a classic group to a quorum queue while others publish, and loses nothing", async (broker) => {
  const exchange = newExchange();
  await classicGroup(broker, exchange, 500);
  await using publishing = newBus({ url: broker.url(), exchange });
  await publishing.open();
  await using command = startCaryatid(migration(broker, exchange));
  let count = 500;
  while (!command.ended) {
    await publishing.publish(`order.${count}`, count);
    count++;
  }
  assert.equal(await command.exitCode(), 0, await command.stderr);
  const queue = `${exchange}.group.workers.order.#`;
  assert.match(command.lines[0]!, new RegExp(`^${queue}: quorum queue, moved`));
  assert.deepEqual(await queuesOf(broker, exchange), [`${queue} quorum`]);
  const got = await receive(broker, exchange, count);
  assert.equal(got.get(7)!.topic, "order.7");
  assert.equal(got.get(7)!.id, "id-7");
  assert.deepEqual(got.get(7)!.headers, { n: "7" });
  const again = await caryatid(migration(broker, exchange));
  assert.match(again.stdout, /moved 0$/);
});

test("queues migrate keeps the topic and the attempts of a message that failed before", async (broker) => {
  const exchange = newExchange();
  await classicGroup(broker, exchange, 0);
  {
    const settings = { url: broker.url(), exchange, "queue-type": "classic" };
    await using bus = newBus(settings);
    await bus.open();
    const retry = { attempts: 3, backoff: 1 };
    const member = bus.subscribe("order.#", { ...GROUP, retry });
    await member.ready;
    await bus.publish("order.bad", "bad");
    for await (const _ of member) break;
  }
  const queue = `${exchange}.group.workers.order.#`;
  await using client = await openClient(broker.url());
  while ((await client.channel.checkQueue(queue)).messageCount === 0);
  const { code, stderr } = await caryatid(migration(broker, exchange));
  assert.equal(code, 0, stderr);
  const got = await receive(broker, exchange, 1);
  assert.equal(got.get("bad")!.topic, "order.bad");
  assert.equal(got.get("bad")!.redelivered, true);
});

test("queues migrate refuses a group whose members are connected, and a queue that does not exist", async (broker) => {
  const exchange = newExchange();
  const settings = { url: broker.url(), exchange, "queue-type": "classic" };
  await using bus = newBus(settings);
  await bus.open();
  const none = await caryatid(migration(broker, exchange));
  assert.equal(none.code, 2);
  assert.match(none.stderr, /^error \[INVALID_CONFIG\].*no such queue/);
  const member = bus.subscribe("order.#", GROUP);
  await member.ready;
  const refused = await caryatid(migration(broker, exchange));
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^error \[QUEUE_MISMATCH\].*members/);
  await bus.publish("order.new", 1);
  for await (const { message } of member) {
    assert.equal(message, 1);
    break;
  }
});

test("queues migrate continues after it was killed, and loses nothing", async (broker) => {
  const exchange = newExchange();
  await classicGroup(broker, exchange, 3_000);
  const migrating = `${exchange}.migrating.${exchange}.group.workers.order.#`;
  await using client = await openClient(broker.url());
  for (let round = 0; round < 2; round++) {
    await using command = startCaryatid(migration(broker, exchange));
    // Killed in the middle: when some messages have been moved.
    while (!command.ended) {
      const moved = await messageCount(client.connection, migrating);
      if (moved > 300 * (round + 1)) break;
    }
    command.kill("SIGKILL");
    await command.exitCode();
  }
  const { code, stderr } = await caryatid(migration(broker, exchange));
  assert.equal(code, 0, stderr);
  assert.deepEqual(await queuesOf(broker, exchange), [
    `${exchange}.group.workers.order.# quorum`,
  ]);
  assert.equal((await receive(broker, exchange, 3_000)).size, 3_000);
});

test("queues migrate replaces the queue of dead letters", async (broker) => {
  const exchange = newExchange();
  const dead = `${exchange}.dead`;
  const settings = {
    url: broker.url(),
    exchange,
    "dead-letter-exchange": dead,
  };
  {
    await using bus = newBus({ ...settings, "queue-type": "classic" });
    await bus.open();
    const retry = { attempts: 1 };
    const member = bus.subscribe("order.#", { ...GROUP, retry });
    await member.ready;
    await bus.publish("order.bad", "bad");
    for await (const _ of member) break;
    while ((await bus.deadLetters.list()).length === 0);
  }
  const { code, stderr } = await caryatid([
    ...["queues", "migrate", "--dead-letter-exchange", dead],
    ...["--url", broker.url(), "--exchange", exchange],
  ]);
  assert.equal(code, 0, stderr);
  const queues = await queuesOf(broker, dead);
  assert.deepEqual(queues, [`${dead} quorum`]);
  await using bus = newBus(settings);
  await bus.open();
  const [letter] = await bus.deadLetters.list();
  assert.deepEqual([letter!.topic, letter!.message], ["order.bad", "bad"]);
});

async function messageCount(
  connection: Awaited<ReturnType<typeof openClient>>["connection"],
  queue: string,
): Promise<number> {
  const channel = await connection.createChannel();
  channel.on("error", () => {}); // a queue that does not exist closes it
  try {
    const { messageCount } = await channel.checkQueue(queue);
    await channel.close();
    return messageCount;
  } catch {
    return 0;
  }
}
