import type { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { openClient } from "../amqp_client.ts";
import { faultTest } from "../fault_case.ts";
import { brokerTest } from "../shared_broker.ts";
import { Load, Reader } from "./load.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";

const group = "workers";
/** Ages at which queues are lost or kept, in milliseconds. */
const AGES = Deno.env.has("CARYATID_SOAK")
  ? [1_000, 2_000, 4_000, 6_000, 8_000]
  : [2_000];

brokerTest(
  "C2 a group whose queue is a classic one is QUEUE_MISMATCH, with the queue, its type and the remedy",
  async ({ url, exchange }) => {
    const log = new LogWatch();
    await using old = newBus({ url, exchange, "queue-type": "classic" });
    await old.open();
    const before = old.subscribe("orders", { group });
    await before.ready;
    await old.publish("orders", "kept");
    await before.close();
    await using bus = newBus({ url, exchange }, log);
    await bus.open();
    const member = bus.subscribe("orders", { group });
    await assert.rejects(member.ready, (error: CaryatidError) => {
      assert.equal(error.code, "QUEUE_MISMATCH");
      assert.equal(
        error.message,
        `Cannot use the queue "${exchange}.group.${group}.orders": ` +
          'found x-queue-type "classic"; expected "quorum"',
      );
      assert.match(error.hint!, /queue-type = "classic"/);
      assert.match(error.hint!, /"caryatid queues migrate"/);
      return true;
    });
    await log.until(/QUEUE_MISMATCH/);
    // The operator deletes or migrates the queue: the member recovers by
    // itself.
    await using client = await openClient(url);
    await client.channel.deleteQueue(`${exchange}.group.${group}.orders`);
    const publishing = setInterval(() => bus.publish("orders", "new"), 100);
    const [first] = await take(member, 1, { timeout: 20_000 });
    clearInterval(publishing);
    assert.equal(first!.message, "new");
  },
);

faultTest(
  "C5 a group recovers if its broker is killed within 100 ms of the declaration of its queue",
  async (broker) => {
    const log = new LogWatch();
    await using bus = newBus({ url: broker.url() }, log);
    await bus.open();
    const member = bus.subscribe("fresh", { group });
    await member.ready;
    await broker.kill();
    await broker.restart();
    // A quorum queue without a leader refuses messages as a full one does.
    const publishing = setInterval(() => {
      bus.publish("fresh", "after").catch(() => {}); // published again soon
    }, 500);
    const got = await take(member, 1, { timeout: 60_000 })
      .finally(() => clearInterval(publishing));
    assert.deepEqual(messages(got), ["after"], log.lines.join("\n"));
  },
);

for (const age of AGES) {
  faultTest(
    `C5 a group loses no confirmed message if its broker is killed ${age} ms after the declaration of its queue, under load`,
    async (broker) => {
      const log = new LogWatch();
      const settings = { url: broker.url(), exchange: "young" };
      await using publishing = newBus(settings, log);
      await using consuming = newBus(settings, log);
      await Promise.all([publishing.open(), consuming.open()]);
      const member = consuming.subscribe("young", { group, queueSize: 1_000 });
      await member.ready;
      const reader = new Reader(member);
      const load = new Load(publishing, "young");
      try {
        // The age of the queue is the condition under test.
        await new Promise((resolve) => setTimeout(resolve, age));
        await broker.kill();
        await broker.restart();
        const context = () => log.lines.join("\n");
        await reader.from(load.next, context, 60_000);
        const confirmed = new Set(load.confirmed);
        assert(confirmed.size > 0);
        await reader.all(confirmed, context, 30_000);
      } finally {
        load.stop();
      }
    },
  );
}
