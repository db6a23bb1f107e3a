import assert from "node:assert/strict";
import type { ConfigError } from "./config_error.ts";
import { readConfig } from "./read_config.ts";

const MIB = 1024 * 1024;

Deno.test("limits are milliseconds and bytes, with a default each", async () => {
  const limits = async (text: string) => (await read(text)).modules[0]!.limits;
  assert.deepEqual(await limits("[module.x]"), {
    memory: 256 * MIB,
    startDeadline: 10_000,
    publishRate: 0,
    messageSize: MIB,
    heartbeat: 3_000,
  });
  assert.deepEqual(
    await limits(`
      [module.x]
      isolation = "process"
      [module.x.limits]
      memory = 64
      start-deadline = 1.5
      publish-rate = 100
      message-size = 1024
      heartbeat = 0.5
    `),
    {
      memory: 64 * MIB,
      startDeadline: 1_500,
      publishRate: 100,
      messageSize: 1024,
      heartbeat: 500,
    },
  );
});

Deno.test("limits of a module without isolation give a notice, as they have no effect", async () => {
  const { notices } = await read("[module.x.limits]\nheartbeat = 1");
  assert.deepEqual(notices.map(({ key, hint }) => [key, hint]), [
    ["module.x.limits", 'Write isolation = "process" above it, or "worker".'],
  ]);
});

Deno.test("a memory limit is refused for a worker, which cannot enforce it", async () => {
  await assert.rejects(
    read('[module.x]\nisolation = "worker"\n[module.x.limits]\nmemory = 64'),
    (error: ConfigError) => {
      assert.equal(error.problems[0]!.place!.line, 4);
      assert.match(
        error.message,
        /limits\.memory: .*expected isolation = "process"/,
      );
      return true;
    },
  );
});

Deno.test("D7 all invalid limits are reported at once", async () => {
  await assert.rejects(
    read(`
[module.x]
isolation = "process"
[module.x.limits]
memory = 0
start-deadline = 0
publish-rate = 1.5
message-size = "1 MiB"
heartbeat = inf
memmory = 1`),
    (error: ConfigError) => {
      assert.deepEqual(
        error.problems.map(({ place, key }) => [place!.line, key]),
        [
          [5, "module.x.limits.memory"],
          [6, "module.x.limits.start-deadline"],
          [7, "module.x.limits.publish-rate"],
          [8, "module.x.limits.message-size"],
          [9, "module.x.limits.heartbeat"],
          [10, "module.x.limits.memmory"],
        ],
      );
      assert.equal(error.problems[5]!.hint, 'Write "memory".');
      return true;
    },
  );
});

function read(text: string) {
  return readConfig(text, { env: {} });
}
