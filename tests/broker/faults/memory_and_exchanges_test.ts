import assert from "node:assert/strict";
import type { Subscription } from "@caryatid/sdk";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { openClient } from "../amqp_client.ts";
import type { PrivateBroker } from "../private_broker.ts";
import { idleTime } from "../idle_time.ts";
import { fileBroker } from "./file_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";
import { numbers, outcomes } from "./outcomes.ts";
import { TwoBuses } from "./two_buses.ts";

const soak = Deno.env.has("CARYATID_SOAK");
const test = fileBroker({ extraConfig: "max_message_size = 1000000" });

/** Share of the machine's memory above which the broker blocks publishers. */
function watermark(broker: PrivateBroker, share: string): Promise<string> {
  return broker.ctl("set_vm_memory_high_watermark", share);
}

test(
  "C10 a broker that runs out of memory blocks only publishing, and the bus logs begin and end",
  async (broker, t) => {
    const log = new LogWatch();
    const bus = newBus(
      { url: broker.url(), "publish-buffer": { messages: 50 } },
      log,
    );
    await bus.open();
    const group = bus.subscribe("c10.work", { group: "c10", queueSize: 1 });
    await group.ready;
    for (const n of numbers(100)) await bus.publish("c10.work", n);
    await watermark(broker, "0.00001");

    let waiting = outcomes([]);
    const timeout = 600_000; // rabbitmqctl is slow on a busy machine
    // RabbitMQ blocks a connection at its first publish, not before
    const first = bus.publish("c10", 0, { timeout });
    await t.step("the begin is logged", async () => {
      await log.until(/WARN the broker blocks publishing: .*memory/);
    });
    await t.step(
      "publishes wait up to their deadline, and within the buffer",
      async () => {
        const late = bus.publish("c10", "late", { timeout: 100 });
        await assert.rejects(late, { message: /no confirm .* in 100 ms/ });
        waiting = outcomes([
          first,
          ...numbers(50).map((n) => bus.publish("c10", n, { timeout })),
        ]);
        await assert.rejects(bus.publish("c10", "too many"), {
          code: "BUS_UNAVAILABLE",
          message: /50 messages or \d+ bytes wait/,
        });
      },
    );
    await t.step("100 of 100 deliveries come meanwhile", async () => {
      const deliveries = await take(group, 100);
      assert.equal(deliveries.length, 100);
      assert.equal(waiting.order.length, 0, "nothing was confirmed meanwhile");
    });
    await t.step(
      "the end is logged, and waiting messages are sent",
      async () => {
        await watermark(broker, "0.4");
        await log.until(/INFO the broker unblocked publishing/);
        const all = await within(waiting.all, "51 confirms");
        assert.deepEqual(new Set(all), new Set(["ok"]));
        assert.deepEqual(waiting.order, numbers(51));
      },
    );
    assert.equal(log.all(/blocks publishing/).length, 1);
    await bus.close();
  },
);

test("C10 a bus that is blocked can be closed", async (broker) => {
  const log = new LogWatch();
  const open = async () => {
    const bus = newBus({ url: broker.url() }, log);
    await bus.open();
    return bus;
  };
  const [idle, busy] = [await open(), await open()];
  await watermark(broker, "0.00001");
  try {
    const { all } = outcomes([
      idle.publish("c10", 1, { timeout: 200 }),
      busy.publish("c10", 1, { timeout: soak ? 30_000 : 1_500 }),
    ]);
    await log.until(/blocks publishing/, 2);
    // It has nothing to wait for once its only publish has failed.
    const soon = await idleTime(idle.close(), "the end of the idle one");
    assert(soon < 1_400, `${soon} ms`);
    // It waits for the confirm, for 5 s at most.
    const later = await idleTime(busy.close(), "the end of the busy one");
    assert(later < 7_000, `${later} ms`);
    const last = soak ? "BUS_CLOSED" : "BUS_UNAVAILABLE";
    assert.deepEqual(await all, ["BUS_UNAVAILABLE", last]);
  } finally {
    await watermark(broker, "0.4");
  }
});

/** Publishes repeatedly until every subscription has received a message. */
async function receivedByAll(
  subscriptions: readonly Subscription[],
  publish: () => Promise<void>,
): Promise<void> {
  const all = Promise.all(
    subscriptions.map((subscription) => take(subscription, 1)),
  );
  // the last ones may end with the bus
  const again = setInterval(() => publish().catch(() => {}), 50);
  await within(all, "all subscriptions").finally(() => clearInterval(again));
}

const lost = [
  { suffix: "", what: "the shared exchange" },
  { suffix: ".front", what: "the exchange that is published to" },
  {
    suffix: ".observers",
    what: "the exchange of subscriptions that observe requests",
  },
  { suffix: ".requests", what: "the exchange of requests" },
];

for (const { suffix, what } of lost) {
  test(`C11 after the deletion of ${what} every process declares and binds everything again`, async (broker) => {
    await using buses = await TwoBuses.open(broker, { heartbeat: 1 });
    const { cut, whole, exchange, bothLogs } = buses;
    await using client = await openClient(broker.url());
    const all = [cut, whole].flatMap((bus) => [
      bus.subscribe("c11"),
      bus.subscribe("#"),
    ]);
    const groups = [cut, whole].map((bus, i) =>
      bus.subscribe("c11", { group: `${i}` })
    );
    await Promise.all([...all, ...groups].map(({ ready }) => ready));
    await whole.handle("ask", () => "answer").ready;

    await client.channel.deleteExchange(`${exchange}${suffix}`);
    const answer = cut.request("ask", null, { timeout: 30_000 });
    await within(cut.publish("c11", "meanwhile"), "a publish meanwhile");
    assert.equal(await within(answer, "an answer meanwhile"), "answer");
    for (const group of groups) {
      const got = messages(await take(group, 1, { distinct: true }));
      // the queue of the group is bound twice
      assert.deepEqual(got, ["meanwhile"]);
    }
    await bothLogs.until(
      /was deleted: declared and bound again|404 .*no exchange/,
    );
    await receivedByAll(all, () => whole.publish("c11", "afterwards"));
    assert.equal(await cut.request("ask", null), "answer");
  });
}

test("C11 a deleted exchange is noticed if another client has declared it again", async (broker) => {
  await using buses = await TwoBuses.open(broker, { heartbeat: 1 });
  const { cut, whole, exchange, bothLogs } = buses;
  await using client = await openClient(broker.url());
  const all = [cut.subscribe("c11"), whole.subscribe("c11")];
  await Promise.all(all.map(({ ready }) => ready));
  await client.channel.deleteExchange(exchange);
  await client.channel.assertExchange(exchange, "topic", { durable: false });
  await bothLogs.until(/was deleted: declared and bound again/);
  await receivedByAll(all, () => cut.publish("c11", 1));
});

test("C11 a process that starts after the deletion of the shared exchange notifies the others, which bind again", async (broker) => {
  // the buses check once a minute
  await using buses = await TwoBuses.open(broker);
  const { cut, whole, exchange } = buses;
  await using client = await openClient(broker.url());
  const all = [cut.subscribe("c11"), whole.subscribe("c11")];
  await Promise.all(all.map(({ ready }) => ready));
  await client.channel.deleteExchange(exchange);
  await using third = newBus({ url: broker.url(), exchange });
  await third.open();
  await receivedByAll(all, () => third.publish("c11", 1));
});

test("C11 an exchange that was declared otherwise (406) is named, and used again once it is gone", async (broker) => {
  await using buses = await TwoBuses.open(broker, { heartbeat: 1 });
  const { cut, exchange, log, proxy } = buses;
  await using client = await openClient(broker.url());
  const incoming = cut.subscribe("c11");
  await incoming.ready;
  await client.channel.deleteExchange(exchange);
  await client.channel.assertExchange(exchange, "topic", { durable: true });
  await log.until(/ERROR cannot declare the exchange ".*" again: .*'durable'/);
  await proxy.cut();
  const refused = assert.rejects(
    cut.publish("c11", "late", { timeout: 300 }),
    { code: "BUS_UNAVAILABLE" },
  );
  const waits = cut.publish("c11", "in time");
  await log.until(
    /no connection.* 406 .*'durable'.*delete the exchange.*; next try/,
  );
  await refused;
  await client.channel.deleteExchange(exchange);
  await within(waits, "the confirm of what waited");
  await receivedByAll([incoming], () => cut.publish("c11", "received"));
});

test("C16 a message over the limit of the broker is refused, and other messages are repeated at most once", async (broker) => {
  await using buses = await TwoBuses.open(broker);
  const { cut, whole, proxy } = buses;
  const incoming = whole.subscribe("c16");
  await incoming.ready;
  const publishes = numbers(11).map((n) =>
    cut.publish("c16", n === 5 ? new Uint8Array(1_000_001) : n)
  );
  const all = await within(outcomes(publishes).all, "11 publishes");
  assert.deepEqual(
    all,
    numbers(11).map((n) => n === 5 ? "MESSAGE_TOO_LARGE" : "ok"),
  );
  const got = messages(await take(incoming, 10, { distinct: true }));
  assert.deepEqual(got, [0, 1, 2, 3, 4, 6, 7, 8, 9, 10]);
  const { accepted } = proxy;
  await assert.rejects(cut.publish("c16", new Uint8Array(1_000_001)), {
    code: "MESSAGE_TOO_LARGE",
    message: /found 1000006 bytes; expected at most 1000000, the broker's own/,
  });
  assert.equal(proxy.accepted, accepted, "the second one was sent");
});
