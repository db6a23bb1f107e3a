import type { CaryatidError } from "@caryatid/sdk";
import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import type { Channel } from "amqplib";
import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { openClient } from "../amqp_client.ts";
import { brokerTest } from "../shared_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";

const group = "workers";
const BACKOFF = 1_234;

/** An object that another program declared with other properties. */
interface Mismatch {
  readonly what: string;
  readonly declare: (channel: Channel, name: string) => Promise<unknown>;
  readonly remove: (channel: Channel, name: string) => Promise<unknown>;
  readonly name: (exchange: string) => string;
  /** Values found and expected in the text of the error. */
  readonly values: RegExp;
  readonly use: (bus: RabbitMqBus) => Promise<void>;
}

const queueOf = (exchange: string) => `${exchange}.group.${group}.orders`;
const join = (bus: RabbitMqBus) => bus.subscribe("orders", { group }).ready;
const deleteQueue = (channel: Channel, name: string) =>
  channel.deleteQueue(name);
const deleteExchange = (channel: Channel, name: string) =>
  channel.deleteExchange(name);

const MISMATCHES: readonly Mismatch[] = [
  {
    what: "a group queue that expires earlier",
    declare: (channel, name) =>
      channel.assertQueue(name, {
        arguments: {
          "x-queue-type": "quorum",
          "x-delivery-limit": 1_000_000,
          "x-expires": 60_000,
        },
      }),
    remove: deleteQueue,
    name: queueOf,
    values: /found x-expires "60000"; expected "86400000"/,
    use: join,
  },
  {
    what: "a suspect queue that is a classic one",
    declare: (channel, name) =>
      channel.assertQueue(name, {
        arguments: { "x-queue-type": "classic", "x-expires": 86_400_000 },
      }),
    remove: deleteQueue,
    name: (exchange) => `${exchange}.suspect.${queueOf(exchange)}`,
    values: /found x-queue-type "classic"; expected "quorum"/,
    use: join,
  },
  {
    what: "a canary of another type",
    declare: (channel, name) =>
      channel.assertExchange(name, "topic", { autoDelete: true }),
    remove: deleteExchange,
    name: (exchange) => `${exchange}.bound.${queueOf(exchange)}`,
    values: /found type "topic"; expected "fanout"/,
    use: join,
  },
  {
    what: "a dead-letter exchange of another type",
    declare: (channel, name) => channel.assertExchange(name, "fanout"),
    remove: deleteExchange,
    name: (exchange) => `${exchange}.dead`,
    values: /found type "fanout"; expected "topic"/,
    use: join,
  },
  {
    what: "a dead-letter queue of another type",
    declare: (channel, name) =>
      channel.assertQueue(name, { arguments: { "x-queue-type": "classic" } }),
    remove: deleteQueue,
    name: (exchange) => `${exchange}.dead`,
    values: /found x-queue-type "classic"; expected "quorum"/,
    use: join,
  },
  {
    what: "a queue of handlers that does not expire",
    declare: (channel, name) => channel.assertQueue(name, { autoDelete: true }),
    remove: deleteQueue,
    name: (exchange) => `${exchange}.handlers.price`,
    values: /found x-expires none; expected "10000"/,
    use: (bus) => bus.handle("price", () => 1).ready,
  },
];

for (const { what, declare, remove, name, values, use } of MISMATCHES) {
  brokerTest(
    `C2 ${what} is QUEUE_MISMATCH, with name, found and expected value, and is used once it is gone`,
    async ({ url, exchange }) => {
      await using client = await openClient(url);
      const object = name(exchange);
      await declare(client.channel, object);
      const log = new LogWatch();
      const dead = `${exchange}.dead`;
      await using bus = newBus(
        { url, exchange, "dead-letter-exchange": dead },
        log,
      );
      await bus.open();
      await assert.rejects(use(bus), (error: CaryatidError) => {
        assert.equal(error.code, "QUEUE_MISMATCH");
        assert.ok(error.message.includes(`"${object}"`), error.message);
        assert.match(error.message, values);
        assert.ok(error.hint);
        return true;
      });
      await log.until(/QUEUE_MISMATCH/);
      await remove(client.channel, object);
      await use(bus);
    },
  );
}

brokerTest(
  "C15 a retry queue of other properties is named in the log, and the message is redelivered without its backoff",
  async ({ url, exchange }) => {
    await using client = await openClient(url);
    const queue = queueOf(exchange);
    await client.channel.assertQueue(`${exchange}.later.${BACKOFF}.${queue}`);
    const log = new LogWatch();
    await using bus = newBus({ url, exchange }, log);
    await bus.open();
    const retry = { attempts: 3, backoff: BACKOFF };
    const first = bus.subscribe("orders", { group, retry });
    await first.ready;
    await bus.publish("orders", 1);
    const failing = (async () => {
      for await (const _ of first) throw new Error("found no account");
    })();
    await assert.rejects(failing, /found no account/);
    await using again = bus.subscribe("orders", { group, retry });
    assert.deepEqual(messages(await take(again, 1)), [1]);
    const [line] = await log.until(/without its backoff/);
    assert.match(line!, new RegExp(`later\\.${BACKOFF}`));
  },
);
