import { record } from "@caryatid/modules";
import { readRecording } from "@caryatid/modules/record";
import { Process } from "@caryatid/process";
import type { CaryatidError } from "@caryatid/sdk";
import { testModule } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { TempFolder } from "../../../modules/record/testing/temp_folder.ts";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { RunningProgram } from "../../support/running_program.ts";
import { SmallDisk } from "./small_disk.ts";

const PROGRAM = fileURLToPath(import.meta.resolve("./record_program.ts"));
const NO_DISK = await SmallDisk.refusal();
/** Number of messages that exceeds every queue of this test. */
const ENOUGH = /^\d{3,}$/;
const KILOBYTE = "x".repeat(1_000);

for (
  const config of [
    { flush: "message", "queue-size": 1 },
    { flush: "message", "queue-size": 1, format: "cbor" },
    { flush: "message", "queue-size": 1, compress: true },
    { "max-file-size": 5_000, "queue-size": 100 },
    { format: "rust", flush: "message", "queue-size": 1 },
  ]
) {
  Deno.test(`kill -9 costs a recording nothing that was written: ${JSON.stringify(config)}`, async () => {
    await using folder = await TempFolder.make();
    for (let life = 0; life < 3; life++) {
      const before = await numbers(folder.path, life > 0);
      await using program = new RunningProgram([
        "run",
        "--no-prompt",
        "--allow-read",
        `--allow-write=${folder.path}`,
        PROGRAM,
        folder.path,
        JSON.stringify(config),
      ]);
      const last = Number(await program.line(ENOUGH, 5));
      program.kill("SIGKILL");
      await program.exitCode();
      const after = await numbers(folder.path);
      assert.deepEqual(after.slice(0, before.length), before);
      const written = after.slice(before.length);
      assert.deepEqual(written, written.map((_, index) => index));
      // Queued messages and the one in flight were accepted and not
      // written.
      if (config["queue-size"] === 1) assert(written.length >= last - 2);
      else assert(written.length > 0);
    }
  });
}

onSmallDisk(
  "a full disk fails the recorder with STORAGE_FAILED, and says how many messages it cost",
  async ({ path }) => {
    await using test = await testModule(record, { path }, {
      failures: "collect",
    });
    let sent = 0;
    while (test.failures.length === 0) {
      await test.bus.inject("a", KILOBYTE);
      await test.settle();
      sent++;
    }
    const [error] = test.failures as CaryatidError[];
    assert.equal(error?.code, "STORAGE_FAILED");
    assert.match(error.message, /no space left.*; 1 messages are not in the/i);
    assert.match(error.hint!, /Free space on the disk/);
    assert.equal((await entries(path)).length, sent - 1);
  },
);

onSmallDisk(
  "with on-write-error = retry a recorder waits until there is room, and loses nothing",
  async ({ path }) => {
    await Deno.writeFile(`${path}/ballast`, new Uint8Array(900 * 1024));
    const config = { path, "on-write-error": "retry", "queue-size": 10 };
    await using test = await testModule(record, config);
    const sent = Array.from(
      { length: 300 },
      (_, n) => test.bus.inject("a", { n, KILOBYTE }),
    );
    await test.settle();
    assert.match(
      test.logs.map(({ text }) => text).join(),
      /wait to be written/,
    );
    await test.advance(5_000);
    await Deno.remove(`${path}/ballast`);
    await test.advance(30_000);
    await Promise.all(sent);
    await test.settle();
    assert.deepEqual(
      (await entries(path)).map((
        one,
      ) => [one.sequence, (one.message as { n: number }).n]),
      sent.map((_, n) => [n, n]),
    );
    const warnings = test.logs.filter(({ level }) => level === "warn");
    assert.equal(warnings.length, 1);
  },
);

onSmallDisk(
  "a recorder that waits for room ends when the process stops, and says what is lost",
  async ({ path }) => {
    await Deno.writeFile(`${path}/ballast`, new Uint8Array(1024 * 1024 - 8192));
    const config = { path, "on-write-error": "retry" };
    const test = await testModule(record, config, { failures: "collect" });
    for (let n = 0; n < 20; n++) await test.bus.inject("a", KILOBYTE);
    await test.settle();
    await test.stop();
    const [error] = test.failures as CaryatidError[];
    assert.equal(error?.code, "STORAGE_FAILED");
    assert.match(error.message, /\d+ messages are not in the recording/);
  },
);

onSmallDisk(
  "with on-write-error = drop a recorder continues, counts lost messages, and leaves a gap",
  async ({ path }) => {
    const ballast = `${path}/ballast`;
    const config = { path, "on-write-error": "drop" };
    await using test = await testModule(record, config);
    const send = async (message: unknown) => {
      await test.bus.inject("a", message);
      await test.settle();
    };
    await send("before");
    await Deno.writeFile(ballast, new Uint8Array(1024 * 1024 - 8192));
    await send("x".repeat(100_000));
    await Deno.remove(ballast);
    await send("after");
    assert.deepEqual(
      (await entries(path)).map((one) => [one.sequence, one.message]),
      [[0, "before"], [2, "after"]],
    );
    const warning = test.logs.find(({ level }) => level === "warn");
    assert.equal(warning?.properties?.count, 1);
    assert.match(String(warning?.properties?.reason), /no space left/i);
  },
);

onSmallDisk("a full disk leaves no gap in Rust's form", async ({ path }) => {
  const config = { path, format: "rust", "on-write-error": "drop" };
  const ballast = `${path}/ballast`;
  await using test = await testModule(record, config);
  const send = async (message: unknown) => {
    await test.bus.inject("a", message);
    await test.settle();
  };
  await send("before");
  await Deno.writeFile(ballast, new Uint8Array(1024 * 1024 - 8192));
  await send("x".repeat(100_000));
  await Deno.remove(ballast);
  await send("after");
  assert.deepEqual((await entries(path)).map(({ message }) => message), [
    "before",
    "after",
  ]);
});

onSmallDisk(
  "a recorder that has failed says of each further message that it is lost",
  async ({ path }) => {
    await Deno.writeFile(`${path}/ballast`, new Uint8Array(1024 * 1024 - 8192));
    const config = { path, flush: 0.5 };
    await using test = await testModule(record, config, {
      failures: "collect",
    });
    await test.bus.inject("a", "x".repeat(100_000));
    await test.advance(500);
    await test.bus.inject("a.b", "small");
    await test.settle();
    const [first, second] = test.failures as CaryatidError[];
    assert.match(first!.message, /1 messages are not in the recording/);
    assert.equal(second?.code, "STORAGE_FAILED");
    assert.match(second.message, /^Cannot record a message on "a\.b"/);
    assert.equal(second.cause, first);
  },
);

onSmallDisk(
  "a process lives on when the disk of a recorder is full, as on-failure says",
  async ({ path }) => {
    await Deno.writeFile(`${path}/ballast`, new Uint8Array(1024 * 1024 - 8192));
    using logs = new CapturedLogs();
    await using process = await Process.create({
      config: {
        module: { record: { path, topic: "a", "on-failure": "ignore" } },
      },
      modules: [record],
    });
    await process.start();
    const { context } = process;
    const failed = () =>
      logs.lines.some((line) => /record: .*are not in the rec/.test(line));
    while (!failed()) {
      await context.publish("a", KILOBYTE);
      await context.clock.sleep(1);
    }
    const received = context.subscribe("a", { queueSize: 100 });
    for (let n = 0; n < 100; n++) await context.publish("a", n);
    assert.equal(received.queued, 100);
    assert.equal(context.signal.aborted, false);
  },
);

onSmallDisk(
  'with on-failure = "restart" a recorder continues when there is room, with queued messages and after existing ones',
  async ({ path }) => {
    const ballast = `${path}/ballast`;
    await Deno.writeFile(ballast, new Uint8Array(1024 * 1024 - 16_384));
    using logs = new CapturedLogs();
    await using process = await Process.create({
      config: {
        module: {
          record: {
            path,
            topic: ["nothing.#", "#.a"], // which overlap
            flush: "message",
            "on-failure": "restart",
          },
        },
      },
      modules: [record],
    });
    await process.start();
    const { context } = process;
    const sent = 100;
    for (let n = 0; n < sent; n++) await context.publish("a", [n, KILOBYTE]);
    const restarts = () =>
      logs.lines.filter((line) => /record: restarting in/.test(line)).length;
    while (restarts() === 0) await context.clock.sleep(1);
    await Deno.remove(ballast);
    await process.context.publish("a", ["last"]);
    const last = () => entries(path).then((all) => all.at(-1)?.message);
    while (!/last/.test(JSON.stringify(await last()))) {
      await context.clock.sleep(20);
    }
    const all = await entries(path);
    // One message failed, and its error said so.
    assert.equal(all.length, sent);
    assert.equal(restarts(), 1);
    assert.match(logs.lines.join("\n"), /; 1 messages are not in the rec/);
    assert.deepEqual(
      all.map(({ sequence }) => sequence),
      all.map((_, index) => index),
    );
  },
);

onSmallDisk(
  "a folder that cannot be written to is PERMISSION_DENIED at the start",
  async (disk) => {
    await disk.remountReadOnly();
    await assert.rejects(
      testModule(record, { path: `${disk.path}/folder` }),
      (error: Error) => {
        const cause = error.cause as CaryatidError;
        assert.equal(cause.code, "PERMISSION_DENIED");
        assert.match(cause.hint!, /another path/);
        return true;
      },
    );
  },
);

Deno.test("without permission a recorder does not start and names the flags", async () => {
  await using folder = await TempFolder.make();
  await using program = new RunningProgram([
    "run",
    "--no-prompt",
    "--allow-read",
    PROGRAM,
    folder.path,
  ]);
  assert.notEqual(await program.exitCode(), 0);
  const said = program.lines.join("\n") + await program.stderr;
  assert(said.includes(`--allow-write=${folder.path}`), said);
});

/** Name of the test, with the reason if no such disk is available. */
function onSmallDisk(
  name: string,
  body: (disk: SmallDisk) => Promise<void>,
): void {
  Deno.test(NO_DISK === undefined ? name : `${name} (skipped: ${NO_DISK})`, {
    ignore: NO_DISK !== undefined,
  }, async () => {
    const disk = await SmallDisk.mount();
    assert(typeof disk !== "string", String(disk));
    await using _ = disk;
    await body(disk);
  });
}

async function numbers(path: string, exists = true): Promise<unknown[]> {
  return exists ? (await entries(path)).map(({ message }) => message) : [];
}

function entries(path: string) {
  return Array.fromAsync(readRecording(path));
}
