import assert from "node:assert/strict";
import { InMemoryBus } from "../buses/in_memory.ts";
import { readConfig } from "../config/read_config.ts";
import { rightsShrank, withRights } from "./with_rights.ts";

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

Deno.test("an error of rights says where the table that lacks the line stands", async () => {
  await using bus = new InMemoryBus();
  const hint = async (text: string) => {
    const guest = await rightful(bus, text);
    return await guest.publish("b", 1).catch(({ hint }) => hint);
  };
  assert.equal(
    await hint('[module.x]\nisolation = "worker"'),
    'add [module.x.permissions] with publish = ["b"] in <config>:1',
  );
  assert.equal(
    await hint(
      '[module.x]\nisolation = "worker"\n[module.x.permissions]\nnet = []',
    ),
    'add publish = ["b"] to [module.x.permissions] in <config>:3',
  );
  assert.equal(
    await hint('[module.x.permissions]\nnet = []\npublish = ["a"]'),
    'add "b" to publish of [module.x.permissions] in <config>:3',
  );
});

Deno.test("D16 rights shrank when something that it might hear or answer before isn't covered after", async (t) => {
  const table: [before: string, after: string, shrank: boolean][] = [
    ['subscribe = ["a.#"]', 'subscribe = ["a.#", "b"]', false],
    ['subscribe = ["a.#"]', 'subscribe = ["a.*"]', true],
    ['handle = ["a"]', "handle = []", true],
    ['publish = ["a"]\nrequest = ["a"]', "publish = []\nrequest = []", false],
    ['subscribe = ["x._response.*"]', 'subscribe = ["#"]', true],
    ["", 'subscribe = ["#"]\nhandle = ["#"]', false],
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

async function rightful(bus: InMemoryBus, text: string) {
  const config = await readConfig(text, { env: {} });
  return await withRights(bus, config.modules[0]!, config);
}
