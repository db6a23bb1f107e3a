import assert from "node:assert/strict";
import { type AmqpClient, openClient } from "../amqp_client.ts";
import { fileBroker } from "./file_broker.ts";
import { Load, Reader } from "./load.ts";
import { LogWatch } from "./log_watch.ts";
import { deleteBindings } from "./delete_bindings.ts";
import { newBus, newExchange } from "./new_bus.ts";

const test = fileBroker();
/**
 * Longest wait until subscriptions receive again, in milliseconds: they need
 * 3 s, and more on a busy machine, where losses in a row repeat many messages.
 */
const REPAIR = 60_000;
/** Longest wait for repeated messages of a loss, in milliseconds. */
const REPEAT = 60_000;

const SUFFIXES = ["", ".front", ".observers", ".filter", ".requests"];
const OTHERS = [
  ".cancelled",
  ".unhandled",
  ".renewed",
  ".alive",
  ".answers",
];

async function deleteExchanges(
  { channel }: AmqpClient,
  names: readonly string[],
): Promise<void> {
  for (const name of names) await channel.deleteExchange(name);
}

test(
  "C11 groups lose nothing and subscriptions receive again when exchanges, bindings and queues are deleted under load",
  async (broker, t) => {
    const exchange = newExchange();
    const log = new LogWatch();
    const settings = { url: broker.url(), exchange };
    await using publishing = newBus(settings, log);
    await using consuming = newBus(settings, log);
    await Promise.all([publishing.open(), consuming.open()]);
    const size = { queueSize: 1_000 };
    const group = consuming.subscribe("lost.*", { group: "workers", ...size });
    const plain = consuming.subscribe("lost.*", size);
    const all = consuming.subscribe("#", size);
    await Promise.all([group, plain, all].map(({ ready }) => ready));
    const [workers, ...others] = [group, plain, all].map((it) =>
      new Reader(it)
    );
    const queue = `${exchange}.group.workers.lost.*`;
    const load = new Load(publishing, "lost.topic");
    const losses: Record<string, (client: AmqpClient) => Promise<void>> = {
      "the front and the shared exchange": (client) =>
        deleteExchanges(client, [`${exchange}.front`, exchange]),
      "the shared exchange": (client) => deleteExchanges(client, [exchange]),
      "requests and its helpers": (client) =>
        deleteExchanges(
          client,
          [".requests", ".cancelled", ".unhandled", ".renewed"].map((it) =>
            `${exchange}${it}`
          ),
        ),
      "filter": (client) => deleteExchanges(client, [`${exchange}.filter`]),
      "observers": (client) =>
        deleteExchanges(client, [`${exchange}.observers`]),
      "the bindings of the group and of the shared exchange": async (
        { channel },
      ) => {
        await channel.unbindQueue(queue, exchange, "lost.*");
        await channel.unbindExchange(exchange, `${exchange}.front`, "#");
      },
      "any binding of the group": (client) =>
        deleteBindings(
          broker,
          client,
          ({ destination_name }) => destination_name === queue,
        ),
      // The broker refuses to delete bindings of an exclusive queue.
      "any binding but those of exclusive queues": (client) =>
        deleteBindings(
          broker,
          client,
          (it) =>
            it.source_name.startsWith(exchange) &&
            !it.destination_name.startsWith("amq.gen-"),
        ),
      "the queue of the group": async ({ channel }) => {
        await channel.deleteQueue(queue);
      },
      "all exchanges and the queue": async (client) => {
        await client.channel.deleteQueue(queue);
        const names = [...SUFFIXES, ...OTHERS].map((it) => `${exchange}${it}`);
        await deleteExchanges(client, names);
      },
    };
    try {
      for (const [what, lose] of Object.entries(losses)) {
        await t.step(`without ${what}`, async () => {
          await workers!.from(load.next, () => "a message before", REPEAT);
          await using client = await openClient(broker.url());
          await lose(client);
          const next = load.next;
          for (const reader of others) {
            await reader.from(next, () => log.lines.join("\n"), REPAIR);
          }
          const confirmed = new Set(load.confirmed);
          await workers!.all(confirmed, () => log.lines.join("\n"), REPEAT);
        });
      }
      await t.step(
        "the group receives again after both of its bindings were deleted at once",
        async () => {
          await using client = await openClient(broker.url());
          await Promise.all(
            [exchange, `${exchange}.front`].map((source) =>
              client.channel.unbindQueue(queue, source, "lost.*")
            ),
          );
          await workers!.from(load.next, () => log.lines.join("\n"), REPAIR);
        },
      );
    } finally {
      load.stop();
    }
    assert(load.confirmed.size > 0);
  },
);

test(
  "C11 subscriptions of answers receive again when their exchange is deleted, and no request fails",
  async (broker) => {
    const exchange = newExchange();
    const log = new LogWatch();
    await using bus = newBus({ url: broker.url(), exchange }, log);
    await bus.open();
    const handler = bus.handle("ask", ({ message }) => message);
    const copies = bus.subscribe("ask._response.*", { queueSize: 1_000 });
    await Promise.all([handler.ready, copies.ready]);
    const received = new Reader(copies);
    let asked = 0;
    let isDone = false;
    const ask = async () => {
      while (!isDone) assert.equal(await bus.request("ask", ++asked), asked);
    };
    const asking = ask();
    try {
      await received.from(1, () => "a copy before", REPAIR);
      await using client = await openClient(broker.url());
      await deleteExchanges(client, [`${exchange}.answers`]);
      const next = asked + 1;
      await received.from(next, () => log.lines.join("\n"), REPAIR);
    } finally {
      isDone = true;
      await asking;
    }
    assert.match(log.lines.join("\n"), /exchange ['"]\S+\.answers['"]/);
  },
);
