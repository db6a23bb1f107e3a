import type { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { type AmqpClient, openClient } from "../amqp_client.ts";
import { deleteBindings } from "./delete_bindings.ts";
import { fileBroker } from "./file_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";
import { numbers, outcomes } from "./outcomes.ts";
import { TwoBuses } from "./two_buses.ts";

const test = fileBroker();

/** Declares a queue for `c9` that refuses every message from the second on. */
async function fullQueue(
  { channel }: AmqpClient,
  { cut, exchange }: TwoBuses,
): Promise<void> {
  await channel.assertQueue("c9-full", {
    durable: false,
    exclusive: true,
    arguments: { "x-max-length": 1, "x-overflow": "reject-publish" },
  });
  await channel.bindQueue("c9-full", `${exchange}.front`, "c9");
  await cut.publish("c9", "first");
}

test("C9 publish rejects with QUEUE_FULL after one attempt; other groups receive one copy in order, and one warning has the count", async (broker) => {
  await using buses = await TwoBuses.open(broker);
  const { log, cut, whole } = buses;
  const other = whole.subscribe("c9", { group: "others" });
  await other.ready;
  await using client = await openClient(broker.url());
  await fullQueue(client, buses);
  const publishes = numbers(100).map((n) => cut.publish("c9", n));
  const all = await within(outcomes(publishes).all, "100 outcomes");
  assert.deepEqual(new Set(all), new Set(["QUEUE_FULL"]));
  assert.deepEqual(
    messages(await take(other, 101)),
    ["first", ...numbers(100)],
  );
  await log.until(/QUEUE_FULL\] the broker refused 100 messages/);
  assert.equal(log.all(/QUEUE_FULL/).length, 1);
  await client.channel.purgeQueue("c9-full");
  await cut.publish("c9", "fits");
  assert.deepEqual(messages(await take(other, 1)), ["fits"]);
});

test("C9 QUEUE_FULL names the groups of the process with the lengths of their queues", async (broker) => {
  await broker.ctl(
    "set_policy",
    "short",
    "group.slow",
    '{"max-length": 5, "overflow": "reject-publish"}',
  );
  await using bus = newBus({ url: broker.url() });
  await bus.open();
  const slow = bus.subscribe("c9.named", { group: "slow", queueSize: 1 });
  await slow.ready;
  const errors: CaryatidError[] = [];
  for (let n = 0; n < 50 && errors.length === 0; n++) {
    await bus.publish("c9.named", n).catch((error) => errors.push(error));
  }
  assert.equal(errors[0]?.code, "QUEUE_FULL");
  assert.match(errors[0]!.message, /known: group "slow" with \d+ messages$/);
});

test("C9 messages that the broker keeps refusing are published on a new connection, and nothing is repeated", async (broker) => {
  await using buses = await TwoBuses.open(broker);
  const { cut, whole, proxy, log } = buses;
  const others = whole.subscribe("c9.others", { group: "others" });
  await others.ready;
  await using client = await openClient(broker.url());
  await fullQueue(client, buses);
  let published = 0;
  const publishing = (async () => {
    while (log.all(/opening a new connection/).length === 0) {
      await Promise.all([
        assert.rejects(cut.publish("c9", 2), { code: "QUEUE_FULL" }),
        cut.publish("c9.others", published++),
      ]);
    }
  })();
  await within(publishing, "a new connection");
  await proxy.came(3);
  await client.channel.purgeQueue("c9-full");
  await cut.publish("c9", "fits");
  await cut.publish("c9.others", "end");
  const got = messages(await take(others, published + 1));
  assert.deepEqual(got, [...numbers(published), "end"]);
});

test("B5 a request that times out without a connection, or while the broker blocks it, has the state as cause", async (broker) => {
  const log = new LogWatch();
  await using buses = await TwoBuses.open(broker);
  await using bus = newBus({ url: broker.url() }, log);
  await bus.open();
  await buses.outage();
  const causeOf = async (request: Promise<unknown>) => {
    const error = await request.then(() => undefined, (error) => error);
    assert.equal(error?.code, "REQUEST_TIMEOUT");
    return (error.cause as CaryatidError | undefined)?.code;
  };
  assert.equal(
    await causeOf(buses.cut.request("b5", 1, { timeout: 300 })),
    "BUS_UNAVAILABLE",
  );
  await broker.ctl("set_vm_memory_high_watermark", "0.00001");
  await bus.publish("b5.trigger", 1, { timeout: 200 }).catch(() => {});
  await log.until(/the broker blocks publishing/);
  assert.equal(
    await causeOf(bus.request("b5", 1, { timeout: 300 })),
    "BUS_BLOCKED",
  );
  await broker.ctl("set_vm_memory_high_watermark", "0.6");
  await log.until(/unblocked publishing/);
  await buses.proxy.pass();
});

test("C11 messages that a full queue refuses after a loss of its bindings reach the group once it has room", async (broker) => {
  const short = '{"max-length": 10, "overflow": "reject-publish"}';
  await broker.ctl("set_policy", "full", "group.full", short);
  const log = new LogWatch();
  // A quorum queue exceeds its limit by what arrives at once.
  const settings = { url: broker.url(), "queue-type": "classic" };
  await using bus = newBus(settings, log);
  await bus.open();
  const group = bus.subscribe("c11.full", { group: "full", queueSize: 1 });
  await group.ready;
  await using client = await openClient(broker.url());
  await deleteBindings(
    broker,
    client,
    (it) => it.destination_name.includes("group.full"),
  );
  await Promise.all(numbers(100).map((n) => bus.publish("c11.full", n)));
  await log.until(/publishing \d+ messages again/);
  await log.until(/QUEUE_FULL\] the broker refused/);
  const all = await take(group, 100, { distinct: true });
  assert.deepEqual(
    new Set(messages(all)),
    new Set(numbers(100)),
  );
  assert.deepEqual(log.all(/may be lost/), []);
  await broker.ctl("clear_policy", "full");
});
