import assert from "node:assert/strict";
import { caryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const FILES = {
  "asks.ts": moduleText(`
    name: "asks", init() {}, config: z.object({ host: z.string() }),
    permissions: ({ host }) => ({ net: [host] }),
  `),
  "service.toml": `
    [module.asks]
    import = "./asks.ts"
    host = "api.example.com:443"
    [module.clock]
    [message-bus.external]
    class = "rabbit-mq"
    url = "amqp://me:secret@broker/"
  `,
};

Deno.test("permissions prints a table of grants with owners and reasons", async () => {
  await using folder = await ServiceFolder.make(FILES);
  const file = folder.file("service.toml");
  const { code, stdout } = await caryatid(["permissions", file]);
  assert.equal(code, 0);
  const rows = stdout.split("\n").map((line) => line.split(/ {2,}/));
  assert.deepEqual(rows, [
    ["WHO", "PERMISSION", "VALUE", "WHY"],
    ["process", "read", file, "configuration"],
    ["process", "env", "CARYATID_*", "variables override the configuration"],
    ["module.asks", "net", "api.example.com:443", "it asks for it"],
    ["message-bus.external", "net", "broker:5672", "it asks for it"],
    ["module.clock", "-", "-", "it asks for nothing"],
    [""],
    [
      "deno run --allow-net=api.example.com:443,broker:5672 " +
      `--allow-read=${file} '--allow-env=CARYATID_*'`,
    ],
  ]);
});

Deno.test("permissions --json prints requests, grants and flags", async () => {
  await using folder = await ServiceFolder.make(FILES);
  const file = folder.file("service.toml");
  const { stdout } = await caryatid(["permissions", "--json", file]);
  const { parts, grants, flags } = JSON.parse(stdout);
  assert.deepEqual(parts[0], {
    who: "module.asks",
    specifier: `file://${folder.file("asks.ts")}`,
    asks: { net: ["api.example.com:443"] },
  });
  assert.deepEqual(grants.at(-1), {
    who: "message-bus.external",
    kind: "net",
    value: "broker:5672",
    why: "it asks for it",
  });
  assert.equal(flags[0], "--allow-net=api.example.com:443,broker:5672");
});

Deno.test("permissions prints the problems of a wrong configuration, and exits with 2", async () => {
  await using folder = await ServiceFolder.make({ "x.toml": "[module.clokc]" });
  const ran = await caryatid(["permissions", folder.file("x.toml")]);
  assert.equal(ran.code, 2);
  assert.equal(ran.stdout, "");
  assert.match(ran.stderr, /\[UNKNOWN_CLASS\]/);
});
