import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import type { CaryatidError } from "@caryatid/sdk";
import { type AmqpClient, openClient } from "../amqp_client.ts";
import { deleteBindings } from "../faults/delete_bindings.ts";
import { Load, Reader } from "../faults/load.ts";
import { newBus, newExchange } from "../faults/new_bus.ts";
import { numbers } from "../faults/outcomes.ts";
import { runService, stopService } from "../faults/service.ts";
import { Traffic } from "../faults/traffic.ts";
import type { PrivateBroker } from "../private_broker.ts";

/** Outcome of a trial, a line of the table. */
export interface Outcome {
  readonly trial: string;
  readonly result: string;
  /** True if the promise of the trial held. */
  readonly held: boolean;
}

/** A trial on a broker that it may kill. */
export type Trial = (broker: PrivateBroker) => Promise<Outcome[]>;

const GROUP = "workers";
const WORK = 5;
/** Longest stop in addition to the longest handler, in milliseconds. */
const STOP_TIME = 500;
/**
 * Time without a handled message after which the rest is lost, in milliseconds.
 */
const PATIENCE = 20_000;

/** Restarts each of two services six times under load. */
export async function rollingDeploy(broker: PrivateBroker): Promise<Outcome[]> {
  const options = { url: broker.url(), exchange: "rolling", work: WORK };
  await using bus = await open(options);
  const services = [await runService(options), await runService(options)];
  const failed: string[] = [];
  let published = 0, asked = 0;
  const note = ({ code }: CaryatidError) => failed.push(code);
  const load = setInterval(() => {
    for (const _ of numbers(10)) {
      bus.publish("orders.new", published++).catch(note);
    }
    for (const _ of numbers(4)) {
      bus.request("price", asked++).catch(note);
    }
  }, 20);
  const codes: number[] = [];
  const times: number[] = [];
  const handled = new Set<string>();
  const collect = (lines: readonly string[]) => {
    for (const line of lines) {
      if (line.startsWith("done ")) handled.add(line.slice("done ".length));
    }
  };
  for (const n of numbers(12)) {
    const next = await runService(options);
    const old = services[n % 2]!;
    const { ms, code } = await stopService(old);
    codes.push(code);
    times.push(ms);
    collect(old.lines);
    await old[Symbol.asyncDispose]();
    services[n % 2] = next;
  }
  clearInterval(load);
  let end = performance.now() + PATIENCE;
  while (handled.size < published && performance.now() < end) {
    const before = handled.size;
    await new Promise((done) => setTimeout(done, 100));
    for (const { lines } of services) collect(lines);
    if (handled.size > before) end = performance.now() + PATIENCE;
  }
  for (const service of services) await service[Symbol.asyncDispose]();
  const lost = published - handled.size;
  const clean = codes.filter((code) => code === 0).length;
  return [{
    trial: "12 rolling restarts, 500 messages/s, 200 requests/s",
    result: `${clean} of 12 exits with 0, the longest after ${
      Math.max(...times)
    } ms; ${published} messages, ${lost} lost; ${asked} requests, ${failed.length} calls failed`,
    held: clean === 12 && lost === 0 && failed.length === 0 &&
      Math.max(...times) <= WORK + STOP_TIME,
  }];
}

/** Ends a member with a full prefetch again and again. */
export async function restarts(broker: PrivateBroker): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const exchange = `restarts.${signal.toLowerCase()}`;
    const options = {
      url: broker.url(),
      exchange,
      work: WORK,
      "dead-letter-exchange": `${exchange}.dead`,
    };
    await using bus = await open(options);
    await Promise.all(numbers(2_000).map((n) => bus.publish("orders.new", n)));
    for (const _ of numbers(30)) {
      await using service = await runService(options);
      await service.line(/^took /, 3);
      service.kill(signal);
      await service.exitCode();
    }
    const letters = await bus.deadLetters.list();
    outcomes.push({
      trial: `30 × ${signal} of a member with a full prefetch`,
      result: `${letters.length} dead letters`,
      held: letters.length === 0,
    });
  }
  return outcomes;
}

/** Handles a redelivered backlog with one, two and four members. */
export async function backlog(broker: PrivateBroker): Promise<Outcome[]> {
  const count = 20_000;
  const rates: number[] = [];
  for (const members of [1, 2, 4]) {
    const exchange = `backlog.${members}`;
    const options = { url: broker.url(), exchange, work: 2, report: 100 };
    await using bus = await open(options);
    for (let n = 0; n < count; n += 1_000) {
      await Promise.all(numbers(1_000).map(() => bus.publish("orders.new", n)));
    }
    await redeliverAll(broker, `${exchange}.group.${GROUP}.orders.#`, count);
    const services = await Promise.all(
      numbers(members).map(() => runService(options)),
    );
    const began = performance.now();
    const total = () =>
      services.map(({ lines }) => Number(lines.at(-1)!.split(" ")[1]) || 0)
        .reduce((sum, n) => sum + n);
    while (total() < count - 100 * members) {
      await new Promise((done) => setTimeout(done, 50));
    }
    rates.push(total() / (performance.now() - began) * 1_000);
    for (const service of services) await service[Symbol.asyncDispose]();
  }
  const [one, two, four] = rates as [number, number, number];
  const ratio = (rate: number) => (rate / one).toFixed(2);
  return [{
    trial: "redelivered backlog of 20,000, 2 ms each, 1, 2 and 4 members",
    result: `${rates.map((rate) => Math.round(rate)).join(", ")} messages/s: ${
      ratio(two)
    } × with two, ${ratio(four)} × with four`,
    held: two >= 1.7 * one && four >= two,
  }];
}

/** Kills the broker twice while ten publishers and three members work. */
export async function brokerKills(broker: PrivateBroker): Promise<Outcome[]> {
  const settings = { exchange: "kills" };
  await using traffic = await Traffic.open(broker, settings);
  // RabbitMQ may lose a quorum queue that is younger than that.
  await new Promise((done) => setTimeout(done, 8_000));
  const publishing = traffic.publish(6_000);
  for (const n of [2_000, 4_000]) {
    await traffic.confirmed(n);
    await traffic.crash(broker);
  }
  await publishing;
  await traffic.received();
  return [{
    trial: "broker killed with -9 twice, 10 publishers, group of 3",
    result: traffic.figures(),
    held: traffic.lost === 0,
  }];
}

/** Deletes what the bus declared, under load. */
export async function deletions(broker: PrivateBroker): Promise<Outcome[]> {
  const queue = (exchange: string) => `${exchange}.group.${GROUP}.orders.#`;
  const suffixes = [
    "",
    ".front",
    ".observers",
    ".filter",
    ".requests",
    ".cancelled",
    ".unhandled",
    ".answers",
    ".renewed",
    ".alive",
  ];
  const first = await deletion(
    broker,
    "all exchanges and the queue of a group deleted, 500 messages/s",
    async ({ channel }, exchange) => {
      for (const suffix of suffixes) {
        await channel.deleteExchange(`${exchange}${suffix}`);
      }
      await channel.deleteQueue(queue(exchange));
    },
  );
  const second = await deletion(
    broker,
    "all bindings of a group and between exchanges deleted, 500 messages/s",
    (client, exchange) =>
      deleteBindings(
        broker,
        client,
        (it) =>
          it.source_name.startsWith(exchange) &&
          !it.destination_name.startsWith("amq.gen-"),
      ),
  );
  return [first, second];
}

/** Deletes objects of a bus while a group and a subscription receive. */
async function deletion(
  broker: PrivateBroker,
  trial: string,
  lose: (client: AmqpClient, exchange: string) => Promise<void>,
): Promise<Outcome> {
  const exchange = newExchange();
  const settings = { url: broker.url(), exchange };
  await using bus = await open(settings);
  await using consuming = newBus(settings);
  await consuming.open();
  const group = consuming.subscribe("orders.#", { group: GROUP });
  const plain = consuming.subscribe("orders.#");
  await Promise.all([group.ready, plain.ready]);
  const [members, others] = [new Reader(group), new Reader(plain)];
  const load = new Load(bus, "orders.new");
  await members.from(500, () => "messages before", 20_000);
  await using client = await openClient(broker.url());
  await lose(client, exchange);
  const began = performance.now();
  await others.from(load.next, () => "messages after", 20_000);
  const ms = Math.round(performance.now() - began);
  await new Promise((done) => setTimeout(done, 5_000)); // the load continues
  load.stop();
  await members.all(load.confirmed, () => "lost", 30_000).catch(() => {});
  const lost = members.missing(load.confirmed);
  return {
    trial,
    result: `${load.confirmed.size} confirmed, ${lost} lost to the group, ${
      members.deliveries - members.received.size
    } repeated; subscriptions received again after ${ms} ms`,
    held: lost === 0 && ms <= 3_000,
  };
}

/** Publishes to a full queue next to another group. */
export async function fullQueue(broker: PrivateBroker): Promise<Outcome[]> {
  const exchange = "full";
  await using bus = await open({ url: broker.url(), exchange });
  const others = bus.subscribe("full", { group: "others" });
  await others.ready;
  const reader = new Reader(others);
  await using client = await openClient(broker.url());
  await client.channel.assertQueue("full", {
    exclusive: true,
    arguments: { "x-max-length": 1, "x-overflow": "reject-publish" },
  });
  await client.channel.bindQueue("full", `${exchange}.front`, "full");
  const codes = await Promise.all(
    numbers(1_000).map((n) =>
      bus.publish("full", n).then(() => "ok", ({ code }) => code)
    ),
  );
  await reader.from(999, () => "the last message", 20_000);
  const refused = codes.filter((code) => code === "QUEUE_FULL").length;
  return [{
    trial: "1,000 publishes, one group with a full queue",
    result:
      `${refused} rejected with QUEUE_FULL; the other group received ${reader.deliveries} deliveries`,
    held: refused >= 998 && reader.deliveries === 1_000,
  }];
}

/** Opens a bus, and declares the queue of the group. */
async function open(
  { url, exchange, ...settings }: {
    url: string;
    exchange: string;
    work?: number;
    report?: number;
    [setting: string]: unknown;
  },
): Promise<RabbitMqBus> {
  const { work: _, report: __, ...rest } = settings;
  const bus = newBus({ url, exchange, ...rest });
  await bus.open();
  const member = bus.subscribe("orders.#", { group: GROUP });
  await member.ready;
  await member.close();
  return bus;
}

/** Takes all messages of a queue and returns them. */
async function redeliverAll(
  broker: PrivateBroker,
  queue: string,
  count: number,
): Promise<void> {
  await using client = await openClient(broker.url());
  await client.channel.prefetch(count); // without, a quorum queue sends 2,000
  let taken = 0;
  const all = Promise.withResolvers<void>();
  await client.channel.consume(queue, () => {
    if (++taken === count) all.resolve();
  });
  await all.promise;
}
