import assert from "node:assert/strict";
import { measureUntil } from "../../../sdk/testing/conformance/measure_until.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { CapturedLogs } from "../../testing/captured_logs.ts";
import { GuestFile } from "../testing/guest_file.ts";
import { guestProcess } from "../testing/guest_process.ts";

for (const isolation of ["worker", "process"] as const) {
  Deno.test(`stop() waits for the deliveries of a ${isolation}, its queue and its deferred work`, async () => {
    using logs = new CapturedLogs();
    const process = await guestProcess(isolation, "slow");
    const out = process.context.subscribe("out");
    await process.start();
    for (const n of [1, 2, 3]) await process.context.publish("in", n);
    const loop = out[Symbol.asyncIterator]();
    const received = (async () => {
      const numbers: unknown[] = [];
      for (let step = await loop.next(); !step.done; step = await loop.next()) {
        numbers.push(step.value.message);
      }
      return numbers;
    })();
    await process.stop();
    assert.deepEqual(await received, [1, 2, 3]);
    const lines = logs.lines.filter((line) =>
      line.startsWith("caryatid.guest:")
    );
    assert.deepEqual(lines, [
      "caryatid.guest: begun 1",
      "caryatid.guest: begun 2",
      "caryatid.guest: begun 3",
      "caryatid.guest: loop over true",
      "caryatid.guest: cleaned up",
    ]);
  });

  Deno.test(`a ${isolation} whose handlers have thrown stops at once`, async () => {
    using logs = new CapturedLogs();
    await using file = await GuestFile.make(`
      import { defineModule } from "@caryatid/sdk";
      const fail = () => { throw new RangeError("no luck"); };
      export default defineModule({
        name: "throws",
        init(context) {
          context.consume("in", fail);
          context.handle("ask", fail);
        },
      });
    `);
    await using process = await guestProcess(isolation, file.url);
    await process.start();
    await process.context.publish("in", 1);
    await logs.until("caryatid.guest", 1);
    await assert.rejects(process.context.request("ask", 1), {
      code: "HANDLER_FAILED",
    });
    await process.stop(); // rejects if it takes until the deadline
  });

  Deno.test(`a stop while a ${isolation} is restarted leaves no guest behind`, async () => {
    using logs = new CapturedLogs();
    await using file = await GuestFile.make(`
      import { defineModule } from "@caryatid/sdk";
      export default defineModule({
        name: "torn",
        init(context) {
          context.run(() => Promise.reject(new Error("torn")));
        },
      });
    `);
    await using process = await guestProcess(isolation, file.url, {
      "on-failure": "restart",
    });
    await process.start();
    // Its next life is never loaded: the start deadline is far away.
    await file.write("console.log('loading'); await new Promise(() => {});");
    // that it failed, will be restarted, is loading
    await logs.until("caryatid.guest", 3);
    assert.match(logs.lines.at(-1)!, /loading/);
    const began = performance.now();
    await process.stop();
    assert(performance.now() - began < 5_000);
  });

  Deno.test(`two modules, each in a ${isolation}, run side by side and leave nothing behind`, async () => {
    await using one = await guestProcess(isolation, "echo", { word: "one" });
    await using two = await guestProcess(isolation, "echo", { word: "two" });
    await one.start();
    await two.start();
    assert.deepEqual(await one.context.request("echo.ask", 1), ["one", 1]);
    assert.deepEqual(await two.context.request("echo.ask", 2), ["two", 2]);
  });
}

Deno.test("D11 D13 a worker in an endless loop is noticed within 3 s, and its program continues and can end", async () => {
  const program = new URL("../testing/silent_worker.ts", import.meta.url).href;
  const noticed = await measureUntil<number>(
    (noticed) => noticed < 3_500,
    async () => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "--no-prompt", program],
      }).output();
      const said = new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      const [noticed, answered] = JSON.parse(said);
      assert.deepEqual(answered, ["hello", 1]);
      return noticed;
    },
  );
  assert(noticed > 500 && noticed < 3_500, `noticed after ${noticed} ms`);
});

Deno.test("a start rejects with GUEST_REFUSED and the name of the flag if Deno runs without the flag for workers", async () => {
  const program = new URL("../testing/start_once.ts", import.meta.url).href;
  const config = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(
    config,
    JSON.stringify({ imports: await imports() }),
  );
  const run = (...flags: string[]) =>
    output(Deno.execPath(), [
      ...["run", "-A", "--no-check", "--no-lock", "--no-prompt"],
      ...[`--config=${config}`, ...flags, program],
    ]);
  try {
    assert.match(
      await run(),
      /GUEST_REFUSED .*started without --unstable-worker-options/,
    );
    assert.equal(await run("--unstable-worker-options"), "started");
  } finally {
    await Deno.remove(config);
  }
});

/** Imports of programs of this checkout, by their names. */
async function imports(): Promise<Record<string, string>> {
  const root = new URL("../../../", import.meta.url);
  const read = async (path: string) =>
    JSON.parse(await Deno.readTextFile(new URL(path, root)));
  const all: Record<string, string> = (await read("deno.json")).imports;
  for (const name of ["sdk", "process"]) {
    const { exports } = await read(`${name}/deno.json`);
    for (const [entry, path] of Object.entries(exports as typeof all)) {
      const url = new URL(`${name}/${path}`, root).href;
      all[`@caryatid/${name}${entry.slice(1)}`] = url;
    }
  }
  return all;
}

Deno.test("two programs at once, with a guest process each, do not disturb each other", async () => {
  const program = new URL("../testing/start_once.ts", import.meta.url).href;
  const run = () =>
    output(Deno.execPath(), ["run", "-A", "--no-prompt", program, "process"]);
  assert.deepEqual(await Promise.all([run(), run()]), ["started", "started"]);
});

Deno.test("a guest process ends when its host is killed", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      new URL("../testing/host_program.ts", import.meta.url).href,
      `${listener.addr.port}`,
    ],
    stdout: "piped",
  }).spawn();
  const reader = host.stdout.getReader();
  using connection = await listener.accept();
  await reader.read(); // it has started
  const guests = await childrenOf(host.pid);
  assert.equal(guests.length, 1);
  host.kill("SIGKILL");
  await reader.cancel();
  await host.status;
  await within(endOf(connection), "the end of the guest");
});

async function childrenOf(pid: number): Promise<number[]> {
  const text = await output("ps", ["-o", "pid=", "--ppid", `${pid}`]);
  return text.split("\n").filter((line) => line !== "").map(Number);
}

/** Resolves when the other side is gone. */
async function endOf(connection: Deno.Conn): Promise<void> {
  // reset
  const read = await connection.read(new Uint8Array(1)).catch(() => null);
  assert.equal(read, null);
}

async function output(command: string, args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args }).output();
  return new TextDecoder().decode(stdout).trim();
}
