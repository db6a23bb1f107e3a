import assert from "node:assert/strict";
import type { DeadLetterFilter, DeadLetters, MessageBus } from "@caryatid/sdk";
import { BusLayer, InMemoryBus } from "@caryatid/sdk/bus";
import { readConfig } from "../config/read_config.ts";
import { restrictTopics, rightsShrank } from "./rights_bus.ts";

Deno.test("a module whose file lists no topics has the bus itself: unused rights cost nothing", async () => {
  await using bus = new InMemoryBus();
  assert.equal(await rightful(bus, "[module.x]"), bus);
  const net = '[module.x.permissions]\nnet = ["a.example"]';
  assert.equal(await rightful(bus, net), bus);
});

Deno.test("D10 an isolated module has no topics but those of its lists", async () => {
  await using bus = new InMemoryBus();
  const guest = await rightful(
    bus,
    '[module.x]\nisolation = "worker"\n[module.x.permissions]\npublish = ["a"]',
  );
  await guest.publish("a", 1);
  await assert.rejects(guest.publish("b", 1), { code: "FORBIDDEN" });
  await assert.rejects(guest.request("a", 1), { code: "FORBIDDEN" });
  assert.throws(() => guest.subscribe("a"), { code: "FORBIDDEN" });
  assert.throws(() => guest.handle("a", () => 1), { code: "FORBIDDEN" });
});

Deno.test("D10 subscribe does not include the right to join a group", async (t) => {
  const jobs = 'subscribe = ["jobs.*"]';
  const isolated = '[module.x]\nisolation = "worker"\n';
  const table: [name: string, module: string, lists: string, may: boolean][] = [
    ["an isolated module", isolated, jobs, false],
    ["a module with permissions", "", jobs, false],
    [
      "an isolated module with the group",
      isolated,
      `${jobs}\n=["workers"]`,
      true,
    ],
    ["with the group", "", `${jobs}\n=["workers"]`, true],
    ["with the beginning of its name", "", `${jobs}\n=["work*"]`, true],
    ["with another group", "", `${jobs}\n=["others"]`, false],
    ["without lists of topics and groups", "", "net = []", true],
    ["with an empty list of groups", "", "=[]", false],
  ];
  for (const [name, module, lists, may] of table) {
    await t.step(`${name}: ${may ? "joins" : "FORBIDDEN"}`, async () => {
      await using bus = new InMemoryBus();
      const rights = lists.replace(/^=/m, "groups = ");
      const text = `${module}[module.x.permissions]\n${rights}`;
      const restricted = await rightful(bus, text);
      restricted.subscribe("jobs.a");
      const join = () => restricted.subscribe("jobs.a", { group: "workers" });
      if (may) join();
      else {assert.throws(join, {
          code: "FORBIDDEN",
          message: /join the group/,
        });}
    });
  }
});

Deno.test("an error of rights names the table that lacks the line", async () => {
  await using bus = new InMemoryBus();
  const hint = async (text: string) => {
    const guest = await rightful(bus, text);
    return await guest.publish("b", 1).catch(({ hint }) => hint);
  };
  assert.equal(
    await hint('[module.x]\nisolation = "worker"'),
    'Add [module.x.permissions] with publish = ["b"] in <config>:1.',
  );
  assert.equal(
    await hint(
      '[module.x]\nisolation = "worker"\n[module.x.permissions]\nnet = []',
    ),
    'Add publish = ["b"] to [module.x.permissions] in <config>:3.',
  );
  assert.equal(
    await hint('[module.x.permissions]\nnet = []\npublish = ["a"]'),
    'Add "b" to publish of [module.x.permissions] in <config>:3.',
  );
});

Deno.test("D10 a module reads dead letters only on topics to which it may subscribe, and replays those on which it may publish", async () => {
  const calls: string[] = [];
  const count = (what: string) => (filter: DeadLetterFilter = {}) => {
    calls.push(`${what} ${filter.topic}`);
    return Promise.resolve(1);
  };
  await using bus = new class extends BusLayer {
    override get deadLetters(): DeadLetters {
      const list = (filter?: DeadLetterFilter) =>
        count("list")(filter).then(() => []);
      return { list, replay: count("replay"), drop: count("drop") };
    }
  }(new InMemoryBus());
  const { deadLetters } = await rightful(
    bus,
    '[module.x.permissions]\nsubscribe = ["a.*"]\npublish = ["a.b"]',
  );
  await deadLetters!.list({ topic: "a.b" });
  await deadLetters!.drop({ topic: "a.*" });
  await deadLetters!.replay({ topic: "a.b" });
  assert.deepEqual(calls, ["list a.b", "drop a.*", "replay a.b"]);
  const forbidden = { code: "FORBIDDEN" };
  await assert.rejects(deadLetters!.list(), forbidden);
  await assert.rejects(deadLetters!.drop({ topic: "b" }), forbidden);
  await assert.rejects(deadLetters!.replay({ topic: "a.*" }), forbidden);
  assert.equal(calls.length, 3);
});

Deno.test("D16 rights shrank if an earlier pattern or group is no longer covered", async (t) => {
  const table: [before: string, after: string, shrank: boolean][] = [
    ['subscribe = ["a.#"]', 'subscribe = ["a.#", "b"]', false],
    ['subscribe = ["a.#"]', 'subscribe = ["a.*"]', true],
    ['handle = ["a"]', "handle = []", true],
    ['publish = ["a"]\nrequest = ["a"]', "publish = []\nrequest = []", false],
    ['subscribe = ["x._response.*"]', 'subscribe = ["#"]', true],
    ["", 'subscribe = ["#"]\nhandle = ["#"]\ngroups = ["*"]', false],
    ["", 'subscribe = ["#"]', true],
    ['groups = ["a", "b"]', 'groups = ["a"]', true],
    ['groups = ["a"]', 'groups = ["a*"]', false],
    ["", 'subscribe = ["a"]', true],
    ['subscribe = ["a"]', "", false],
  ];
  for (const [before, after, shrank] of table) {
    await t.step(
      `${before || "none"} → ${after || "none"}: ${shrank}`,
      async () => {
        const [old, next] = [await moduleWith(before), await moduleWith(after)];
        assert.equal(rightsShrank(old, next), shrank);
      },
    );
  }
});

async function moduleWith(lists: string) {
  const text = lists && `[module.x.permissions]\n${lists}`;
  const { modules } = await readConfig(text || "[module.x]", { env: {} });
  return modules[0]!;
}

async function rightful(bus: MessageBus, text: string) {
  const config = await readConfig(text, { env: {} });
  return await restrictTopics(bus, config.modules[0]!, config);
}
