import { Process } from "@caryatid/process";
import type { Context, Subscription } from "@caryatid/sdk";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import assert from "node:assert/strict";
import { gone, guestPids } from "../../../tests/e2e/isolation/guest_pids.ts";
import { CapturedLogs } from "../../testing/captured_logs.ts";
import { GuestFile } from "../testing/guest_file.ts";
import { ALL_TOPICS } from "../testing/guest_process.ts";

/** Says in front of each number which code it is. */
function counter(name: string, options = "{}", step = ""): string {
  return `import { defineModule } from "@caryatid/sdk";
export default defineModule({
  name: "counter",
  init(context) {
    const numbers = context.subscribe("number", ${options});
    context.handle("who", () => "${name}");
    context.run(async () => {
      for await (const { message } of numbers) {
        ${step}
        await context.publish("seen", ["${name}", message]);
      }
    });
  },
});
`;
}

type Seen = [name: string, number: number];

async function takeSeen(
  received: Subscription,
  count: number,
): Promise<Seen[]> {
  const seen: Seen[] = [];
  const loop = received[Symbol.asyncIterator]();
  while (seen.length < count) {
    seen.push((await loop.next()).value!.message as Seen);
  }
  return seen;
}

/** The last number. */
const END = -1;

async function readToEnd(received: Subscription): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const { message } of received) {
    const [name, number] = message as Seen;
    if (number === END) break;
    seen.push([name, number]);
  }
  return seen;
}

async function publishAll(context: Context, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await context.publish("number", n);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

function configOf(import_: string, isolation: string, more = {}) {
  const guest = {
    import: import_,
    isolation,
    "may-block": true,
    permissions: ALL_TOPICS,
    ...more,
  };
  return { log: { level: "warn" }, module: { guest } };
}

async function started(
  file: GuestFile,
  isolation: string,
  more = {},
): Promise<Process> {
  const config = configOf(file.url, isolation, more);
  const process = await Process.create({ config, swappable: true });
  await process.start();
  return process;
}

for (const isolation of ["worker", "process"] as const) {
  Deno.test(`the code of a swap receives the state that the replaced ${isolation} kept`, async () => {
    const code = (state: string) => `
      import { defineModule } from "@caryatid/sdk";
      export default defineModule({
        name: "counter",
        init(context, _, { previous }) {
          const state = { bytes: new Uint8Array([1]), from: previous?.from ?? 0 };
          context.keep(() => (${state}));
          context.handle("previous", () => previous ?? null);
        },
      });`;
    using logs = new CapturedLogs();
    await using file = await GuestFile.make(
      code("{ ...state, from: state.from + 1 }"),
    );
    await using process = await started(file, isolation);
    const previous = () => process.context.request("previous", null);
    assert.equal(await previous(), null);
    await process.swap("guest");
    const kept = { bytes: new Uint8Array([1]), from: 1 };
    assert.deepEqual(await previous(), kept);
    await file.write(code("{ from: () => {} }"));
    await process.swap("guest");
    assert.deepEqual(await previous(), { ...kept, from: 2 });
    await process.swap("guest"); // the state is a function
    assert.equal(await previous(), null);
    assert.match(
      logs.lines.join("\n"),
      /STATE_NOT_KEPT.*"state\.from": it is a function/,
    );
    await file.write(code('"x".repeat(2 * 1024 * 1024)'));
    await process.swap("guest");
    await process.swap("guest");
    assert.equal(await previous(), null);
    assert.match(logs.lines.join("\n"), /expected at most 1048576/);
  });

  for (
    const [how, options] of [
      ["", "{}"],
      [" of a group", '{ group: "g" }'],
      [" that chooses", "{ where: () => true }"],
    ] as const
  ) {
    Deno.test(`a swap of a ${isolation} under load loses, doubles and reorders no message${how}`, async () => {
      await using file = await GuestFile.make(counter("v0", options));
      await using process = await started(file, isolation);
      const { context } = process;
      const reading = readToEnd(context.subscribe("seen"));
      let swapped = false;
      let count = 0;
      const load = (async () => {
        for (; !swapped || count < 500; count++) {
          await context.publish("number", count);
          if (count % 100 === 0) await yieldToEventLoop();
        }
      })();
      for (const name of ["v1", "v2"]) {
        await file.write(counter(name, options));
        await process.swap("guest");
        assert.equal(await context.request("who", null), name);
      }
      swapped = true;
      await load;
      await context.publish("number", END);
      const seen = await reading;
      assert.deepEqual(seen.map(([, number]) => number), numbers(count));
      const names = new Set(seen.map(([name]) => name));
      assert.deepEqual([...names], ["v0", "v1", "v2"]);
    });
  }

  Deno.test(`a ${isolation} whose newer code fails in init continues with its earlier code, and no message is lost, doubled or out of order`, async () => {
    using _ = new CapturedLogs();
    const born = "Math.random().toString(16).slice(2)";
    const code = counter("v0").replace('"v0"', `"v0 " + born`)
      .replace("export default", `const born = ${born};\nexport default`);
    await using file = await GuestFile.make(code);
    await using process = await started(file, isolation);
    const { context } = process;
    const reading = readToEnd(context.subscribe("seen"));
    const before = await context.request("who", null);
    let over = false;
    let count = 0;
    const load = (async () => {
      for (; !over || count < 500; count++) {
        await context.publish("number", count);
        if (count % 100 === 0) await yieldToEventLoop();
      }
    })();
    const broken = counter("v1").replace(
      "context.handle",
      'throw new Error("no luck"); context.handle',
    );
    for (let tries = 0; tries < 2; tries++) {
      await file.write(broken);
      await assert.rejects(process.swap("guest"), {
        code: "INIT_FAILED",
        message: /no luck/,
      });
      assert.equal(await context.request("who", null), before);
    }
    await file.write(counter("v2"));
    await process.swap("guest");
    assert.equal(await context.request("who", null), "v2");
    over = true;
    await load;
    await context.publish("number", END);
    const seen = await reading;
    assert.deepEqual(seen.map(([, number]) => number), numbers(count));
    assert.deepEqual([...new Set(seen.map(([name]) => name))], ["v0", "v2"]);
  });

  Deno.test(`a stop while newer code of a ${isolation} hangs in init leaves no guest behind`, async () => {
    using _ = new CapturedLogs();
    await using file = await GuestFile.make(counter("v0"));
    const config = {
      ...configOf(file.url, isolation),
      lifecycle: { "stop-deadline": 1 },
    };
    await using process = await Process.create({ config, swappable: true });
    await process.start();
    const hangs =
      "await context.publish('hangs', 1); await new Promise(() => {});";
    await file.write(
      counter("v1").replace(
        "init(context) {",
        `async init(context) { ${hangs}`,
      ),
    );
    const hanging = process.context.subscribe("hangs");
    const swap = process.swap("guest");
    swap.catch(() => {}); // looked at below
    for await (const _ of hanging) break;
    await process.stop();
    await assert.rejects(swap, { code: "ABORTED" });
  });

  Deno.test(`D16 a ${isolation} whose code needs more than its new permissions is not swapped, and continues with the earlier ones`, async () => {
    using logs = new CapturedLogs();
    await using file = await GuestFile.make(counter("v0"));
    await using process = await started(file, isolation);
    const permissions = { ...ALL_TOPICS, subscribe: ["other"] };
    const config = configOf(file.url, isolation, { permissions });
    await assert.rejects(process.swap("guest", undefined, { config }), {
      code: "INIT_FAILED",
      message: /FORBIDDEN|no right|expected one/,
    });
    // It was gone back to, with what it was granted before.
    assert.equal(await process.context.request("who", null), "v0");
    const seen = takeSeen(process.context.subscribe("seen"), 1);
    await publishAll(process.context, 1);
    assert.deepEqual(await seen, [["v0", 0]]);
    assert(logs.lines.some((line) => /starting the old code again/.test(line)));
  });

  Deno.test(`D16 a ${isolation} whose successor may receive fewer topics keeps no waiting messages`, async () => {
    await using file = await GuestFile.make(counter("v0"));
    await using process = await started(file, isolation);
    const seen = takeSeen(process.context.subscribe("seen"), 1);
    await file.write(counter("v1").replace('"number"', '"other"'));
    const permissions = { ...ALL_TOPICS, subscribe: ["other"] };
    const config = configOf(file.url, isolation, { permissions });
    await process.swap("guest", undefined, { config });
    assert.equal(await process.context.request("who", null), "v1");
    await publishAll(process.context, 1); // no subscription receives it
    await process.context.publish("other", 5);
    assert.deepEqual(await seen, [["v1", 5]]);
  });
}

Deno.test("a guest that does not finish its step in time is ended, and its successor receives what was sent ahead", async () => {
  using _ = new CapturedLogs();
  const stuck = "if (message === 20) await new Promise(() => {});";
  await using file = await GuestFile.make(counter("v0", "{}", stuck));
  const config = {
    ...configOf(file.url, "worker"),
    lifecycle: { "stop-deadline": 1 },
  };
  await using process = await Process.create({ config, swappable: true });
  await process.start();
  const received = takeSeen(process.context.subscribe("seen"), 39);
  await publishAll(process.context, 40);
  await file.write(counter("v1"));
  await process.swap("guest");
  const seen = await received;
  assert.deepEqual(
    seen.map(([, number]) => number),
    numbers(40).filter((number) => number !== 20),
  );
  assert.deepEqual(seen.at(-1), ["v1", 39]);
});

Deno.test("a swap refuses loaded code for an isolated module, and requires it for any other", async () => {
  const { default: echo } = await import("../testing/guests/echo.ts");
  await using file = await GuestFile.make(counter("v0"));
  await using process = await started(file, "worker");
  await assert.rejects(process.swap("guest", echo), {
    code: "INVALID_OPTION",
    message: /expected none, as the module is isolated/,
  });
  const config = configOf(file.url, "none");
  await assert.rejects(process.swap("guest", undefined, { config }), {
    code: "INVALID_OPTION",
    message: /found no newer code/,
  });
  assert.equal(await process.context.request("who", null), "v0");
});

Deno.test("a refused swap leaves no guest behind", async () => {
  await using file = await GuestFile.make(counter("v0"));
  const id = "only-one-left";
  const { module: { guest }, log } = configOf(file.url, "process");
  const config = { log, module: { [id]: guest } };
  await using process = await Process.create({ config, swappable: true });
  await process.start();
  const before = await guestPids(id);
  assert.equal(before.length, 1);
  const asking = 'name: "counter",\n  permissions: { net: ["example.com"] },';
  await file.write(counter("v1").replace('name: "counter",', asking));
  await assert.rejects(process.swap(id), { code: "INVALID_CONFIG" });
  const after = await guestPids(id);
  await gone(after.filter((pid) => !before.includes(pid)));
  assert.equal(await process.context.request("who", null), "v0");
});

Deno.test("new code that cannot be loaded is refused before the old guest stops", async () => {
  await using file = await GuestFile.make(counter("v0"));
  await using process = await started(file, "worker");
  await file.write("throw new Error('no luck');");
  await assert.rejects(process.swap("guest"), { code: "LOAD_FAILED" });
  assert.equal(await process.context.request("who", null), "v0");
});
