import assert from "node:assert/strict";
import { take } from "../../../sdk/testing/conformance/take.ts";
import { openClient } from "../amqp_client.ts";
import type { PrivateBroker } from "../private_broker.ts";
import { fileBroker } from "./file_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus, newExchange } from "./new_bus.ts";
import { numbers } from "./outcomes.ts";

const test = fileBroker();
const group = "workers";
const pattern = "c15";
/** More messages than a quorum queue takes before it applies its limit. */
const COUNT = 300;

/** Lets a suspect queue hold one message, until the end of the block. */
async function shortSuspectQueues(
  broker: PrivateBroker,
  exchange: string,
): Promise<AsyncDisposable> {
  const queues = `^${exchange}\\.suspect\\.`;
  const limit = '{"max-length": 1, "overflow": "reject-publish"}';
  await broker.ctl("set_policy", "short", queues, limit);
  return {
    [Symbol.asyncDispose]: async () => {
      await broker.ctl("clear_policy", "short");
    },
  };
}

/** Makes the broker redeliver all messages of a queue once. */
async function redeliver(broker: PrivateBroker, queue: string): Promise<void> {
  await using client = await openClient(broker.url());
  const taken = Promise.withResolvers<void>();
  let count = 0;
  await client.channel.consume(queue, () => {
    if (++count === COUNT) taken.resolve();
  });
  await taken.promise;
}

test("C15 messages that a full suspect queue refuses are logged with QUEUE_FULL and the queue, and none is lost", async (broker) => {
  const exchange = newExchange();
  await using _ = await shortSuspectQueues(broker, exchange);
  const log = new LogWatch();
  await using bus = newBus({
    url: broker.url(),
    exchange,
    redeliveries: 1,
    "dead-letter-exchange": `${exchange}.dead`,
  }, log);
  await bus.open();
  const first = bus.subscribe(pattern, { group });
  await first.ready;
  await first.close();
  await Promise.all(numbers(COUNT).map((n) => bus.publish(pattern, n)));
  const queue = `${exchange}.group.${group}.${pattern}`;
  await redeliver(broker, queue);

  const member = bus.subscribe(pattern, { group });
  await log.until(
    new RegExp(
      `\\[QUEUE_FULL\\] cannot move a message on ${pattern} to ` +
        `${exchange}\\.suspect\\.\\S*; next try in 1000 ms: Cannot publish on`,
    ),
  );
  const received = new Set<unknown>();
  while (received.size < COUNT) {
    const [delivery] = await take(member, 1, { timeout: 20_000 });
    received.add(delivery!.message);
  }
  assert.deepEqual(new Set(numbers(COUNT)), received);
  assert.deepEqual(await bus.deadLetters.list(), []);
});
