import assert from "node:assert/strict";
import { ConfigError, formatProblem } from "./config_error.ts";
import { type ConfigInput, readConfig } from "./read_config.ts";

Deno.test("D7 readConfig() reports all problems at once: place, found, wanted, nearest key", async () => {
  assert.deepEqual(
    await problems(`
[message-rooter]
request-timeout = 5
[module.clock]
import = 42
on-failure = "restrat"
[message-bus.ext]
clas = "rabbit-mq"
[message-bus.int]
class = "in-memory"
subscriber-queue-size = 0
[message-router]
request-timeout = "5"
[[message-router.route]]
patern = "clock.#"
bus = ["int", "exd"]
[[message-router.route]]
pattern = 1
bus = []
[log]
level = "warning"
[lifecycle]
start-deadline = inf
`),
    [
      '<config>:2:2: Cannot use message-rooter: found an unknown key; expected a known one (Write "message-router".)',
      "<config>:5:1: Cannot use module.clock.import: found 42; expected text",
      '<config>:6:1: Cannot use module.clock.on-failure: found "restrat"; expected one of "fail", "restart", "ignore"',
      "<config>:7:14: Cannot use message-bus.ext.class: found nothing; expected a class of bus (Use a standard class: in-memory, rabbit-mq.)",
      "<config>:11:1: Cannot use message-bus.int.subscriber-queue-size: found 0; expected a whole number, 1 to 1000000",
      '<config>:13:1: Cannot use message-router.request-timeout: found "5"; expected seconds, above 0 to 2147483.647',
      "<config>:14:1: Cannot use message-router.route[0].pattern: found nothing; expected a pattern of topics",
      '<config>:15:1: Cannot use message-router.route[0].patern: found an unknown key; expected a known one (Write "pattern".)',
      '<config>:16:15: Cannot use message-router.route[0].bus[1]: found "exd"; expected the id of a configured bus (Write "ext".)',
      "<config>:18:1: Cannot use message-router.route[1].pattern: found 1; expected text",
      "<config>:19:1: Cannot use message-router.route[1].bus: found an empty array; expected the id of a bus",
      '<config>:21:1: Cannot use log.level: found "warning"; expected one of "debug", "info", "warn", "error"',
      "<config>:23:1: Cannot use lifecycle.start-deadline: found inf; expected seconds, from 0 to 2147483.647",
    ],
  );
});

Deno.test("D7 readConfig() reports a value in place of a table once", async () => {
  assert.deepEqual(
    await problems({
      global: 1,
      lifecycle: [],
      log: { levels: "debug" },
      module: { clock: "x" },
      "message-bus": { int: null },
      "message-router": { route: { pattern: "#" } },
      monitor: new Date(),
    }),
    [
      "<config>: Cannot use global: found 1; expected a table",
      '<config>: Cannot use module.clock: found "x"; expected a table',
      "<config>: Cannot use message-bus.int: found null; expected a table",
      "<config>: Cannot use message-router.route: found a table; expected [[message-router.route]], an array of tables",
      "<config>: Cannot use lifecycle: found an array; expected a table",
      '<config>: Cannot use log.levels: found "debug"; expected a table',
      "<config>: Cannot use monitor: found a date; expected a table",
    ],
  );
});

Deno.test("D7 the error of a single problem has its message and hint", async () => {
  await assert.rejects(readConfig("[modul.x]", { env: {} }), (error) => {
    assert(error instanceof ConfigError);
    assert.equal(error.code, "INVALID_CONFIG");
    assert.equal(
      error.message,
      "<config>:1:2: Cannot use modul: found an unknown key; expected a known one",
    );
    assert.equal(error.hint, 'Write "module".');
    return true;
  });
});

Deno.test("readConfig() gives a notice for dead keys of Rust, and omits them", async () => {
  const config = await readConfig(
    `
[message-bus.int]
class = "in-memory"
workers = 10
worker-queue-size = 100
request-timeout = 1
[message-bus.own]
class = "own"
workers = 3
[message-correlator]
timeout = 1
[[message-router.route]]
pattern = "#"
bus = "int"
[log.levels]
clokc = "debug"
`,
    { env: {} },
  );
  assert.deepEqual(config.notices.map(formatProblem), [
    "<config>:4:1: Cannot use message-bus.int.workers: found a key without effect; expected none (Remove it: subscribers share no workers.)",
    "<config>:5:1: Cannot use message-bus.int.worker-queue-size: found a key without effect; expected none (Use subscriber-queue-size.)",
    "<config>:6:1: Cannot use message-bus.int.request-timeout: found a key without effect; expected none (Use request-timeout in [message-router].)",
    "<config>:11:1: Cannot use message-correlator.timeout: found a key without effect; expected none (Use request-timeout in [message-router].)",
    "<config>:16:1: Cannot use log.levels.clokc: found an unknown module; expected the id of one",
  ]);
  assert.deepEqual(config.buses.map(({ settings }) => ({ ...settings })), [
    {},
    { workers: 3 },
  ]);
});

Deno.test("readConfig() refuses text that is the name of a file, with a hint", async () => {
  await assert.rejects(readConfig("./caryatid.toml", { env: {} }), {
    code: "INVALID_CONFIG",
    hint: 'Give a file as new URL("…", import.meta.url): a text is TOML.',
  });
});

Deno.test("readConfig() prints no value of a key that may be secret", async () => {
  const lines = await problems({
    module: { password: "s3cret" },
    "message-bus": {
      url: "amqp://u:s3cret@h",
      ext: { class: "amqp://u:s3cret@h" },
    },
    "message-router": { route: [{ pattern: "#", bus: "amqp://u:s3cret@h" }] },
  });
  assert.equal(lines.length, 3);
  assert.doesNotMatch(lines.join(), /s3cret/);
});

async function problems(
  input: ConfigInput,
): Promise<string[]> {
  const error = await readConfig(input, { env: {} }).then(
    () => undefined,
    (error) => error,
  );
  assert(error instanceof ConfigError, `${error}`);
  return error.problems.map(formatProblem);
}
