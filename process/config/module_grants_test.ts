import assert from "node:assert/strict";
import type { ConfigError } from "./config_error.ts";
import type { ConfigInput } from "./input.ts";
import { readConfig } from "./read_config.ts";

Deno.test("[module.x.permissions] sets the grants of a module, and a missing list is undefined", async () => {
  const { permissions, section, isolation } = await module(`
    [module.x]
    isolation = "process"
    topic = "own"
    [module.x.permissions]
    net = ["api.example.com:443", "*.example.com", "10.0.0.0/8", "[::1]:80"]
    read = ["/data"]
    write = []
    env = ["HOME", "MY_*"]
    publish = ["x.#"]
    handle = ["x.ask.*"]
    groups = ["workers", "blue-*", "*"]
  `);
  assert.deepEqual(permissions, {
    net: ["api.example.com:443", "*.example.com", "10.0.0.0/8", "[::1]:80"],
    read: ["/data"],
    write: [],
    env: ["HOME", "MY_*"],
    publish: ["x.#"],
    subscribe: undefined,
    request: undefined,
    handle: ["x.ask.*"],
    groups: ["workers", "blue-*", "*"],
  });
  assert.equal(isolation, "process");
  assert.deepEqual(Object.entries(section), [["topic", "own"]]);
});

Deno.test("without [module.x.permissions] a module has no list of grants, and is not isolated", async () => {
  const { permissions, isolation } = await module("[module.x]");
  assert.equal(permissions, undefined);
  assert.equal(isolation, "none");
});

Deno.test("an empty [module.x.permissions] grants nothing", async () => {
  const { permissions } = await module("[module.x.permissions]");
  assert(permissions && Object.values(permissions).every((list) => !list));
});

Deno.test("paths are relative to the file that contains them, and absolute ones stay", async () => {
  await using dir = await folder("over");
  const base = new URL(`${dir.url}base.toml`);
  const over = new URL(`${dir.url}over/over.toml`);
  await Deno.writeTextFile(
    base,
    '[module.x.permissions]\nread = ["./data/", "../up", "/etc/./ssl//", "a b%20"]\nwrite = ["lost"]',
  );
  await Deno.writeTextFile(over, '[module.x.permissions]\nwrite = ["."]');
  const { permissions } = await module([base, over]);
  const up = dir.path.slice(0, dir.path.lastIndexOf("/"));
  assert.deepEqual(permissions!.read, [
    `${dir.path}/data`,
    `${up}/up`,
    "/etc/ssl",
    `${dir.path}/a b%20`,
  ]);
  assert.deepEqual(permissions!.write, [`${dir.path}/over`]);
});

Deno.test("paths in a text, an object or the environment are relative to the base of the program", async () => {
  const { permissions } = await module(
    { module: { x: { permissions: { read: ["data"] } } } },
    {
      base: new URL("file:///srv/app/main.ts"),
      env: { CARYATID_MODULE__X__PERMISSIONS__WRITE: '["./out"]' },
    },
  );
  assert.deepEqual(permissions!.read, ["/srv/app/data"]);
  assert.deepEqual(permissions!.write, ["/srv/app/out"]);
});

Deno.test("a relative path without a base is refused", async () => {
  const [problem] = await problems(
    '[module.x.permissions]\nread = ["/a", "b"]',
  );
  assert.equal(
    problem!.message,
    'Cannot use module.x.permissions.read[1]: found "b"; expected an absolute path',
  );
  assert.match(problem!.hint!, /base: import\.meta\.url/);
  assert.equal(problem!.place!.line, 2);
});

Deno.test("a path with a comma is refused, also if the comma is in the folder of the file, because a flag would split the path", async () => {
  await using dir = await folder("a,b");
  const url = new URL(`${dir.url}a,b/x.toml`);
  await Deno.writeTextFile(url, '[module.x.permissions]\nread = ["data"]');
  await assert.rejects(module(url), (error: ConfigError) => {
    assert.match(error.message, /permissions\.read\[0\]: .*without commas/);
    return true;
  });
});

Deno.test("a worker cannot be granted a network in CIDR form, because Deno does not let its host pass it on", async () => {
  const [problem] = await problems(
    '[module.x]\nisolation = "worker"\n[module.x.permissions]\nnet = ["10.0.0.0/8"]',
  );
  assert.equal(problem!.place!.line, 4);
  assert.match(
    problem!.message,
    /expected hosts: a worker cannot have a network/,
  );
});

Deno.test("the environment sets isolation, and lists as TOML writes them", async () => {
  const { permissions, isolation } = await module(
    '[module.x.permissions]\nnet = ["a.example"]',
    {
      env: {
        CARYATID_MODULE__X__ISOLATION: "process",
        CARYATID_MODULE__X__PERMISSIONS__NET: '["b.example", "c.example:1"]',
      },
    },
  );
  assert.equal(isolation, "process");
  assert.deepEqual(permissions!.net, ["b.example", "c.example:1"]);
});

Deno.test("D7 all problems of grants are reported together, each with its line and the nearest known key", async () => {
  const found = await problems(`
[module.x]
isolation = "thread"
[module.x.permissions]
net = ["https://example.com", "example.com:99999", "*", "unix:/run/x"]
raed = ["/data"]
read = ["", 7, "~/x"]
write = "/data"
env = ["*", "A=B"]
run = ["deno"]
publish = ["${"a".repeat(256)}"]`);
  const lines = found.map(({ place, message, hint }) =>
    `${place!.line}: ${message}${hint ? ` (${hint})` : ""}`
  );
  const host =
    'a host as Deno takes it: "example.com", "example.com:443", "*.example.com", "10.0.0.0/8" or "[::1]:80"';
  const x = "Cannot use module.x";
  const p = `${x}.permissions`;
  assert.deepEqual(lines, [
    `3: ${x}.isolation: found "thread"; expected one of "none", "worker", "process"`,
    `5: ${p}.net[0]: found "https://example.com"; expected ${host}`,
    `5: ${p}.net[1]: found "example.com:99999"; expected ${host}`,
    `5: ${p}.net[2]: found "*"; expected ${host}`,
    `5: ${p}.net[3]: found "unix:/run/x"; expected ${host}`,
    `6: ${p}.raed: found an unknown key; expected a known one (Write "read".)`,
    `7: ${p}.read[0]: found ""; expected the path of a file or folder`,
    `7: ${p}.read[1]: found 7; expected text`,
    `7: ${p}.read[2]: found "~/x"; expected a path without "~", which only shells know`,
    `8: ${p}.write: found "/data"; expected an array of at most 1000 texts`,
    `9: ${p}.env[0]: found "*"; expected the name of a variable, or its beginning and "*"`,
    `9: ${p}.env[1]: found "A=B"; expected the name of a variable, or its beginning and "*"`,
    `10: ${p}.run: found an unknown key; expected a known one (Use one of "net", "read", "write", "env", "publish", "subscribe", "request", "handle", "groups".)`,
    `11: ${p}.publish[0]: found "${
      "a".repeat(57)
    }..."; expected a pattern of at most 255 bytes of UTF-8`,
  ]);
});

Deno.test("permissions, limits and isolation are refused in [global]", async () => {
  const found = await problems(
    '[global]\nisolation = "worker"\n[global.permissions]\nnet = []\n[global.limits]\nmemory = 1\n[module.x]',
  );
  assert.deepEqual(
    found.map(({ key, message }) => [key, message.includes("expected it in")]),
    [
      ["global.isolation", true],
      ["global.permissions", true],
      ["global.limits", true],
    ],
  );
});

type Options = Parameters<typeof readConfig>[1];

async function module(
  input: ConfigInput | readonly ConfigInput[],
  options: Options = {},
) {
  const config = await readConfig(input, { env: {}, ...options });
  return config.modules[0]!;
}

async function problems(text: string) {
  const failed = await readConfig(text, { env: {} }).then(
    () => assert.fail("it was accepted"),
    (error: ConfigError) => error,
  );
  return failed.problems;
}

async function folder(sub: string) {
  const path = await Deno.makeTempDir({ prefix: "caryatid grants " });
  await Deno.mkdir(`${path}/${sub}`);
  return {
    path,
    url: `file://${path.replaceAll(" ", "%20")}/`,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
