import { Ajv } from "ajv";
import assert from "node:assert/strict";
import { parse } from "smol-toml";
import committed from "../../../cli/caryatid.schema.json" with {
  type: "json",
};
import { makeSchema } from "../../../cli/schema/making/make_schema.ts";
import { standardSections } from "../../../cli/schema/making/standard_sections.ts";
import { schemaUrl } from "../../../cli/schema/schema_url.ts";
import { VERSION } from "../../../process/platform/version.ts";
import { ROOT } from "../../support/running_program.ts";
import { caryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const validate = new Ajv({ allErrors: true, strictTypes: false })
  .compile(committed);

/** Returns the paths at which the schema reports errors, each once. */
function faultsOf(toml: string): string[] {
  // Editors treat a date of TOML as a string.
  validate(JSON.parse(JSON.stringify(parse(toml))));
  const paths = (validate.errors ?? []).map(({ instancePath }) => instancePath);
  return [...new Set(paths)];
}

Deno.test("cli/caryatid.schema.json matches the code; else run deno task schema", async () => {
  assert.deepEqual(committed, makeSchema(VERSION, await standardSections()));
});

Deno.test("caryatid schema prints the schema", async () => {
  const { code, stdout } = await caryatid(["schema"]);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), committed);
  assert.equal(committed.$id, schemaUrl(VERSION));
});

Deno.test("every configuration of the examples is valid", async (t) => {
  let count = 0;
  for (const { name } of Deno.readDirSync(`${ROOT}examples`)) {
    const folder = `${ROOT}examples/${name}`;
    if (!Deno.statSync(folder).isDirectory) continue;
    for (const { name: file } of Deno.readDirSync(folder)) {
      if (!file.endsWith(".toml")) continue;
      count++;
      await t.step(`${name}/${file}`, async () => {
        assert.deepEqual(
          faultsOf(await Deno.readTextFile(`${folder}/${file}`)),
          [],
        );
      });
    }
  }
  assert(count > 15, `${count}`);
});

Deno.test("the TOML of caryatid new names the schema, and is valid", async () => {
  await using folder = await ServiceFolder.make({});
  await caryatid(["new", folder.file("hello"), "--template", "worker"]);
  const toml = await Deno.readTextFile(folder.file("hello/caryatid.toml"));
  const [, url] = toml.match(/^#:schema (\S+)\n/)!;
  assert.deepEqual(
    JSON.parse(await Deno.readTextFile(new URL(url!))),
    committed,
  );
  assert.deepEqual(faultsOf(toml), []);
});

Deno.test("all keys of the process and its modules are valid", async (t) => {
  const cases = [
    '[global]\nanything = 1\n[global.startup]\ntopic = "a"\nmessage = [1, {}]\n' +
    'network-name = "mainnet"',
    '[log]\nlevel = "warn"\nformat = "json"\n[log.levels]\nx = "debug"',
    "[lifecycle]\nstart-deadline = 0\nstop-deadline = 0.5",
    '[[message-router.route]]\npattern = "#"\nbus = ["a", "b"]',
    "[message-correlator]\ntimeout = 1",
    "[monitor]\nfrequency_secs = 0.5",
    '[process.a-1]\nmodules = ["x"]',
    '[module.clock]\nclass = "mine"\nkey = 1',
    '[module.clock]\nimport = "./clock.ts"\nkey = 1',
    '[module.tick]\nclass = "clock"\ncron = "* * * * *"',
    '[module.playback]\npath = "x"\nfrom = 2026-11-24T08:00:00Z',
    "[module.record]\nflush = 0.5",
    '[module.spy]\nwhere = { "message.a" = { above = 1 } }',
    '[module.rest-server.auth]\ntokens-env = "TOKENS"',
    '[message-bus.m]\nclass = "in-memory"\nfreeze = true\nworkers = 4',
    '[message-bus.r]\nclass = "rabbit-mq"\nurl = ["amqp://a", "amqp://b"]',
    '[message-bus.o]\nimport = "./bus.ts"\nkey = 1',
    '[module.x]\nimport = "./x.ts"\nisolation = "process"\n' +
    `integrity = "sha256-${"A".repeat(43)}="\n` +
    '[module.x.permissions]\nnet = ["a:1"]\nread = ["./data"]\nwrite = []\n' +
    'env = ["A"]\npublish = ["x.#"]\nsubscribe = []\nrequest = []\nhandle = []\n' +
    "[module.x.limits]\nmemory = 256\nstart-deadline = 10\npublish-rate = 0\n" +
    "message-size = 1048576\nheartbeat = 3",
  ];
  for (const toml of cases) {
    await t.step(toml.replaceAll("\n", " "), () => {
      assert.deepEqual(faultsOf(toml), []);
    });
  }
});

Deno.test("errors are reported at their paths", async (t) => {
  const cases: [toml: string, path: string][] = [
    ["modul = 1", ""],
    ["module = 1", "/module"],
    ["[module.x]\nclass = 1", "/module/x/class"],
    ['[module.x]\non-failure = "retry"', "/module/x/on-failure"],
    ['[module.x]\nisolation = "thread"', "/module/x/isolation"],
    ['[module.x]\nintegrity = "sha1-x"', "/module/x/integrity"],
    ["[module.x.permissions]\nrun = []", "/module/x/permissions"],
    ["[module.x.limits]\nheartbeat = 0", "/module/x/limits/heartbeat"],
    ["[module.clock]\nperoid = 1", "/module/clock"],
    ["[module.clock]\nperiod = -1", "/module/clock/period"],
    ['[module.tick]\nclass = "clock"\nperiod = "1"', "/module/tick/period"],
    ['[module.s]\nclass = "spy"\nlevel = "loud"', "/module/s/level"],
    ["[module.rest-server]\nport = 70000", "/module/rest-server/port"],
    ["[module.rest-server.tls]\ncrt = 1", "/module/rest-server/tls"],
    ['[global]\nclass = "x"', "/global/class"],
    ["[global.startup]\ntopic = 1", "/global/startup/topic"],
    ["[lifecycle]\nstop-deadline = -1", "/lifecycle/stop-deadline"],
    ['[log]\nlevel = "loud"', "/log/level"],
    ['[log.levels]\nx = "loud"', "/log/levels/x"],
    ["[monitor]\nfrequency-secs = 0", "/monitor/frequency-secs"],
    ['[[message-router.route]]\nbus = "a"', "/message-router/route/0"],
    [
      '[[message-router.route]]\npattern = "#"\nbus = []',
      "/message-router/route/0/bus",
    ],
    ["[process.a]\nmodules = []", "/process/a/modules"],
    ['[process."a b"]\nmodules = ["x"]', "/process"],
    ["[message-bus.m]\nclass = 1", "/message-bus/m/class"],
    ['[message-bus.m]\nclass = "in-memory"\nurl = "x"', "/message-bus/m"],
    [
      '[message-bus.r]\nclass = "rabbit-mq"\nheartbeat = 0.5',
      "/message-bus/r/heartbeat",
    ],
  ];
  for (const [toml, path] of cases) {
    await t.step(toml.replaceAll("\n", " "), () => {
      assert(faultsOf(toml).includes(path), `${faultsOf(toml)}`);
    });
  }
});

Deno.test("schema FILE includes the keys of the modules that the file imports", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": moduleText(`
      name: "greeter",
      config: z.object({
        every: z.number().int().describe("Ticks between two greetings"),
      }),
      init() {},
    `),
    "open.ts": moduleText('name: "open", init() {}'),
    "service.toml": `
      [module.greeter]
      import = "./greeter.ts"
      evry = 3
      [module.open]
      import = "./open.ts"
      anything = 1
    `,
  });
  const file = folder.file("service.toml");
  const { code, stdout, stderr } = await caryatid(["schema", file]);
  assert.equal(code, 0);
  assert.match(stderr, /greeter\.evry/); // and the schema is printed anyway
  const schema = JSON.parse(stdout);
  const { greeter, open, clock } = schema.properties.module.properties;
  assert.equal(
    greeter.properties.every.description,
    "Ticks between two greetings",
  );
  assert.equal(greeter.additionalProperties, false);
  assert(greeter.properties["on-failure"]);
  assert.equal(greeter.required, undefined); // another file may have the key
  assert.equal(open.additionalProperties, undefined);
  assert(clock);
  const isValid = new Ajv({ strict: false }).compile(schema);
  const section = { import: "./greeter.ts" };
  assert(isValid({ module: { greeter: { ...section, every: 3 } } }));
  assert(!isValid({ module: { greeter: { ...section, evry: 3 } } }));
  assert(!isValid({ module: { greeter: { ...section, every: "x" } } }));
  assert(isValid({ module: { open: { import: "./open.ts", anything: 1 } } }));
});
