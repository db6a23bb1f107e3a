import { Process } from "@caryatid/process";
import { CaryatidError, type Context, defineModule } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { GuestFile } from "../isolation/testing/guest_file.ts";
import { ALL_TOPICS } from "../isolation/testing/guest_process.ts";
import type { SnapshotMessage } from "../snapshots/snapshot_message.ts";

/** Counts its starts, and answers with the number of its run. */
function counter() {
  let runs = 0;
  return defineModule({
    name: "counter",
    init(context) {
      const run = ++runs;
      const numbers = context.subscribe("number");
      context.keep(() => run);
      context.handle("run", () => run);
      context.run(async () => {
        for await (const { message } of numbers) {
          await context.publish("seen", [run, message]);
        }
      });
    },
  });
}

async function started(
  control: readonly string[],
  module: Readonly<Record<string, unknown>> = { counter: {} },
): Promise<Process> {
  const process = await Process.create({
    config: { module, monitor: { control }, log: { level: "error" } },
    modules: [counter()],
    env: {},
  });
  await process.start();
  return process;
}

/** Sends the request of an operator. */
async function order(
  { context, monitor }: Process,
  action: string,
  module: string,
): Promise<unknown> {
  const { id } = monitor.snapshot().process!;
  const topic = `caryatid.control.${id}`;
  // A busy machine takes seconds to start a guest.
  const options = { timeout: 60_000 };
  return await context.request(topic, { action, module }, options);
}

async function take(context: Context, topic: string, count: number) {
  const taken: unknown[] = [];
  for await (const { message } of context.subscribe(topic)) {
    if (taken.push(message) === count) break;
  }
  return taken;
}

Deno.test("an operator restarts a module, which keeps its queue and answers requests that waited", async () => {
  await using process = await started(["pause", "restart"]);
  const { context } = process;
  const seen = take(context, "seen", 3);
  await context.publish("number", 1);
  assert.equal(await context.request("run", null), 1);
  await order(process, "pause", "counter");
  await context.publish("number", 2); // the loop waited already
  await context.publish("number", 3);
  const answer = context.request("run", null);
  const result = await order(process, "restart", "counter") as {
    milliseconds: number;
  };
  assert(result.milliseconds >= 0);
  assert.equal(
    process.monitor.snapshot().process?.modules.counter?.paused,
    true,
  );
  await order(process, "resume", "counter");
  assert.equal(await answer, 2);
  assert.deepEqual((await seen).map((each) => (each as number[])[1]), [
    1,
    2,
    3,
  ]);
});

Deno.test("a restart ends after the stop deadline although a delivery never ends", async () => {
  let inits = 0;
  const stuck = defineModule({
    name: "stuck",
    init(context) {
      const isFirst = ++inits === 1;
      const work = context.subscribe("work");
      context.run(async () => {
        for await (const _ of work) {
          await context.publish("begun", inits);
          if (isFirst) await new Promise(() => {});
        }
      });
    },
  });
  await using process = await Process.create({
    config: {
      module: { stuck: {} },
      monitor: { control: ["restart"] },
      lifecycle: { "stop-deadline": 0.25 },
      log: { level: "error" },
    },
    modules: [stuck],
    env: {},
  });
  await process.start();
  const { context } = process;
  const begun = take(context, "begun", 2);
  await context.publish("work", 1);
  await context.publish("work", 2);
  await order(process, "restart", "stuck");
  assert.deepEqual(await begun, [1, 2]);
});

Deno.test("an operator swaps an isolated module, whose new guest loads the code of now", async () => {
  const code = (version: number) =>
    `import { defineModule } from "@caryatid/sdk";
export default defineModule({
  name: "guest",
  init: (context) => void context.handle("version", () => ${version}),
});
`;
  await using file = await GuestFile.make(code(1));
  await using process = await started(["swap"], {
    guest: {
      import: file.url,
      isolation: "worker",
      "may-block": true,
      permissions: ALL_TOPICS,
    },
  });
  assert.equal(await process.context.request("version", null), 1);
  await file.write(code(2));
  await order(process, "swap", "guest");
  assert.equal(await process.context.request("version", null), 2);
});

Deno.test("a snapshot has the memory and the cores of a guest in a separate process", async () => {
  await using file = await GuestFile.make(
    `import { defineModule } from "@caryatid/sdk";
export default defineModule({ name: "guest", init() {} });
`,
  );
  await using process = await Process.create({
    config: {
      module: {
        guest: {
          import: file.url,
          isolation: "process",
          jail: "off",
          permissions: {},
          limits: { heartbeat: 0.5 },
        },
      },
      monitor: { topic: "snapshot", "frequency-secs": 0.1 },
      log: { level: "error" },
    },
    env: {},
  });
  const snapshots = process.context.subscribe("snapshot");
  await process.start();
  for await (const { message } of snapshots) {
    const guest = (message as SnapshotMessage).process?.modules["guest"];
    if (guest?.cores === undefined) continue;
    assert(guest.memory! > 2 ** 20, `${guest.memory} bytes`);
    assert(Number(guest.cores) >= 0 && Number(guest.cores) < 8);
    break;
  }
});

Deno.test("a refused request of an operator says why", async () => {
  await using process = await started(["swap"]);
  const cases: [action: string, module: string, code: string, text: RegExp][] =
    [
      ["restart", "counter", "FORBIDDEN", /Add "restart" to control of/],
      ["pause", "counter", "FORBIDDEN", /Add "pause" to control of/],
      ["swap", "none", "INVALID_OPTION", /no such module; expected one of/],
      ["swap", "counter", "INVALID_OPTION", /no newer code.*Isolate/],
      ["explode", "counter", "INVALID_OPTION", /expected one of pause, /],
    ];
  for (const [action, module, code, text] of cases) {
    await assert.rejects(order(process, action, module), (error) => {
      assert(error instanceof CaryatidError);
      assert.equal((error.cause as CaryatidError).code, code);
      assert.match(error.message, text);
      return true;
    });
  }
  assert.equal(await process.context.request("run", null), 1);
});
