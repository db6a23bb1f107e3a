import assert from "node:assert/strict";
import { readConfig } from "./read_config.ts";

const BUS = '[module.x]\n[message-bus.far]\nimport = "npm:far-bus"\n';

function read(toml: string) {
  return readConfig(toml, { env: {}, base: new URL("file:///srv/") });
}

Deno.test("a bus may be isolated, with separate permissions of Deno and limits", async () => {
  const { buses: [bus] } = await read(`${BUS}
    isolation = "process"
    queue = 5
    [message-bus.far.permissions]
    net = ["broker.example.com:5672"]
    read = ["./ca.pem"]
    [message-bus.far.limits]
    memory = 64
  `);
  assert.equal(bus!.isolation, "process");
  assert.deepEqual(bus!.permissions!.net, ["broker.example.com:5672"]);
  assert.deepEqual(bus!.permissions!.read, ["/srv/ca.pem"]);
  assert.equal(bus!.limits.memory, 64 * 2 ** 20);
  assert.deepEqual({ ...bus!.settings }, { queue: 5 });
});

Deno.test("a bus is not isolated by default", async () => {
  for (const toml of ["[module.x]", BUS]) {
    const { buses: [bus] } = await read(toml);
    assert.equal(bus!.isolation, "none");
    assert.equal(bus!.permissions, undefined);
  }
});

Deno.test("settings of isolation that have no effect on a bus are refused", async (t) => {
  const refused: [toml: string, says: RegExp][] = [
    ["[message-bus.far.permissions]\nnet = []", /expected isolation/],
    [
      'isolation = "worker"\n[message-bus.far.permissions]\npublish = ["a"]',
      /message-bus\.far\.permissions\.publish/,
    ],
    ['class = "in-memory"\nisolation = "worker"', /a bus in memory/],
    ['isolation = "worker"\nlimits = { memory = 5 }', /a worker cannot have/],
    ['isolation = "thread"', /isolation/],
  ];
  for (const [toml, says] of refused) {
    await t.step(toml.replaceAll("\n", " "), async () => {
      await assert.rejects(read(BUS + toml), {
        code: "INVALID_CONFIG",
        message: says,
      });
    });
  }
});
