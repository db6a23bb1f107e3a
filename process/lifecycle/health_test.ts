import { defineModule } from "@caryatid/sdk";
import { defineBus } from "@caryatid/sdk/bus";
import assert from "node:assert/strict";
import { InMemoryBus } from "../mod.ts";
import { Process } from "../process.ts";
import { HealthCheck, type HealthSources, STUCK_AFTER } from "./health.ts";

const quiet = { log: { level: "error" } };

/** A bus in memory whose broker can go away. */
class RemoteBus extends InMemoryBus {
  away: string | undefined;

  override health(): ReturnType<InMemoryBus["health"]> {
    return this.away === undefined
      ? super.health()
      : [{ id: "", connected: false, reason: this.away }];
  }
}

Deno.test("a process is ready once every module has started, and not before", async () => {
  const states: string[][] = [];
  const first = defineModule({
    name: "first",
    init(context) {
      const { ready, modules } = context.health();
      assert.equal(ready, false);
      states.push(modules.map(({ state }) => state));
    },
  });
  const second = defineModule({ name: "second", init: () => {} });
  await using process = await Process.create({
    config: { module: { first: {}, second: {} }, ...quiet },
    modules: [first, second],
  });
  assert.deepEqual(
    process.health().problems,
    ['module "first" is pending', 'module "second" is pending'],
  );
  await process.start();
  assert.deepEqual(states, [["starting", "pending"]]);
  assert.deepEqual(process.health(), {
    ready: true,
    problems: [],
    buses: [{ id: "memory", connected: true }],
    modules: [
      { id: "first", state: "running", stuck: [] },
      { id: "second", state: "running", stuck: [] },
    ],
  });
  await process.stop();
  assert.equal(process.health().ready, false);
});

Deno.test("a module that is restarted makes its process unready until it runs again", async () => {
  const failed = Promise.withResolvers<void>();
  let starts = 0;
  const fragile = defineModule({
    name: "fragile",
    init(context) {
      if (++starts > 1) return;
      context.run(async () => {
        await failed.promise;
        throw new Error("broken");
      });
    },
  });
  await using process = await Process.create({
    config: {
      module: { fragile: { "on-failure": "restart" } },
      log: { levels: { "": "error" } },
    },
    modules: [fragile],
  });
  await process.start();
  assert(process.health().ready);
  failed.resolve();
  while (process.health().ready) await new Promise((go) => setImmediate(go));
  assert.deepEqual(
    process.health().problems,
    ['module "fragile" is restarting'],
  );
  while (!process.health().ready) await new Promise((go) => setImmediate(go));
  assert.equal(starts, 2);
});

Deno.test("a bus whose broker is away makes the process unready if a route names it, and is named with the reason", async () => {
  const buses = new Map<string, RemoteBus>();
  const remote = defineBus({
    name: "remote",
    create({ id }) {
      const bus = new RemoteBus();
      buses.set(id, bus);
      return bus;
    },
  });
  await using process = await Process.create({
    config: {
      "message-bus": {
        near: { class: "in-memory" },
        far: { class: "remote" },
        idle: { class: "remote" },
      },
      "message-router": {
        route: [
          { pattern: "near.#", bus: "near" },
          { pattern: "far.#", bus: "far" },
        ],
      },
      ...quiet,
    },
    buses: [remote],
  });
  await process.start();
  buses.get("idle")!.away = "not needed by a route";
  assert(process.health().ready);
  buses.get("far")!.away = "broker gone";
  const { ready, problems, buses: found } = process.health();
  assert.equal(ready, false);
  assert.deepEqual(problems, ['bus "far" is not connected: broker gone']);
  assert.deepEqual(found.map(({ id }) => id), ["near", "far"]);
  assert.deepEqual(
    process.context.busHealth("near.a"),
    [{ id: "near", connected: true }],
  );
  assert.equal(process.context.busHealth("#")[1]!.connected, false);
});

Deno.test("a full queue is stuck after 10 s without a read, until the next read", async () => {
  let now = 0;
  await using bus = new InMemoryBus();
  const subscription = bus.subscribe("work", { queueSize: 1 });
  const runner = {
    id: "worker",
    state: "running",
    context: { subscriptions: [subscription] },
  } as unknown as ReturnType<HealthSources["runners"]>[number];
  const check = new HealthCheck({
    bus,
    modules: ["worker"],
    runners: () => [runner],
    now: () => now,
  });
  const loop = subscription[Symbol.asyncIterator]();
  const published = [1, 2, 3].map((number) => bus.publish("work", number));
  assert.deepEqual(check.read().problems, []);
  now = STUCK_AFTER - 1;
  assert(check.read().ready);
  now = STUCK_AFTER;
  assert.deepEqual(
    check.read().problems,
    ['queue "work" of module "worker" is stuck'],
  );
  await loop.next();
  assert(check.read().ready);
  await loop.next();
  now += STUCK_AFTER;
  assert(check.read().ready, "progress since the reading before");
  await loop.next();
  await Promise.all(published);
  now += 10 * STUCK_AFTER;
  assert(check.read().ready, "an empty queue is never stuck");
});
