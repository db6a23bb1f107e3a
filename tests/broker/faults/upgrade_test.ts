import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import type { PrivateBroker } from "../private_broker.ts";
import { fileBroker } from "./file_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";

const test = fileBroker();

/**
 * Definitions that `rabbitmqctl export_definitions` of RabbitMQ 3.10.8 wrote
 * after `useAll`, on a broker without other users.
 */
const EXPORTED = new URL("./definitions_3_10.json", import.meta.url);

/** Time in which a failed message waits, in milliseconds. */
const BACKOFF = 1_000;

function settings(broker: PrivateBroker): Record<string, unknown> {
  return {
    url: broker.url(),
    exchange: "upgraded",
    "dead-letter-exchange": "upgraded.dead",
    redeliveries: 1,
  };
}

/** Uses all kinds of objects that a bus declares. */
async function useAll(broker: PrivateBroker, log: LogWatch): Promise<void> {
  await using bus = newBus(settings(broker), log);
  await bus.open();
  const retry = { attempts: 2, backoff: BACKOFF };
  const join = () => bus.subscribe("order.*", { group: "billing", retry });
  const group = join();
  const all = bus.subscribe("#");
  const handling = bus.handle("price", () => 12);
  await Promise.all([group, all, handling].map(({ ready }) => ready));
  await bus.publish("order.new", 1);
  const failing = (async () => {
    for await (const _ of group) throw new Error("found no account");
  })();
  await assert.rejects(failing, /found no account/);
  await using again = join();
  assert.deepEqual(messages(await take(again, 1)), [1]);
  assert.deepEqual(messages(await take(all, 1)), [1]);
  assert.equal(await bus.request("price", null), 12);
}

/** Imports the definitions, as an operator does after an upgrade. */
async function importAll(broker: PrivateBroker): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "caryatid-definitions-" });
  try {
    await Deno.copyFile(EXPORTED, `${folder}/all.json`);
    await broker.ctl("import_definitions", `${folder}/all.json`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

test("a bus uses the exchanges and queues that RabbitMQ 3.10 exported, without a warning", async (broker) => {
  await importAll(broker);
  const queues = await broker.list("queues", "name", "type");
  assert(
    queues.some(({ name, type }) =>
      name === "upgraded.group.billing.order.*" && type === "quorum"
    ),
    JSON.stringify(queues),
  );
  const log = new LogWatch();
  await useAll(broker, log);
  assert.deepEqual(log.all(/WARN|ERROR/), []);
});
