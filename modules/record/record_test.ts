import { MockBus, testModule, VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import record, { readRecording } from "./mod.ts";
import { TempFolder } from "./testing/temp_folder.ts";

const START = Date.UTC(2026, 10, 24, 8);
const FIRST = "0000000000000000.jsonl";

Deno.test("record writes one line for each message with sequence, time, topic, id, headers and message", async () => {
  await using folder = await TempFolder.make();
  const bus = new MockBus({ clock: new VirtualClock({ start: START }) });
  await using test = await recorder(folder, { topic: "order.#" }, bus);
  await bus.inject("order.placed", { n: 1n }, {
    id: "0f",
    headers: { trace: "t" },
  });
  await bus.inject("other", "not recorded");
  await bus.inject("order.paid", new Uint8Array([1]), { id: "1e" });
  await test.settle();
  assert.deepEqual((await folder.read(FIRST)).split("\n"), [
    '{"sequence":0,"time":"2026-11-24T08:00:00.000Z","topic":"order.placed",' +
    '"id":"0f","headers":{"trace":"t"},"message":{"n":{"$bigint":"1"}}}',
    '{"sequence":1,"time":"2026-11-24T08:00:00.000Z","topic":"order.paid",' +
    '"id":"1e","headers":{},"message":{"$bytes":"AQ=="}}',
    "",
  ]);
});

Deno.test("record creates the folder of its path", async () => {
  await using folder = await TempFolder.make();
  const path = `${folder.path}/a/b`;
  await using test = await testModule(record, { path });
  await test.bus.inject("a", 1);
  await test.settle();
  assert.equal((await readAll(path)).length, 1);
});

Deno.test("record with several patterns writes a message that two of them match once", async () => {
  await using folder = await TempFolder.make();
  const topic = ["a.*", "*.b", "a.*", "c"];
  await using test = await recorder(folder, { topic });
  for (const name of ["a.b", "x.b", "a.x", "c", "d"]) {
    await test.bus.inject(name, null);
    await test.settle();
  }
  const topics = (await readAll(folder.path)).map(({ topic }) => topic);
  assert.deepEqual(topics, ["a.b", "x.b", "a.x", "c"]);
});

Deno.test("record writes its batch if the last delivery is a duplicate", async () => {
  await using folder = await TempFolder.make();
  await using test = await recorder(folder, { topic: ["a.*", "*.b"] });
  const burst = ["a.b", "a.b", "x.b", "x.b", "a.b"];
  await Promise.all(burst.map((name) => test.bus.inject(name, null)));
  await test.settle();
  assert.equal((await readAll(folder.path)).length, burst.length);
});

Deno.test("record appends after a restart and continues the sequence", async () => {
  await using folder = await TempFolder.make();
  for (const message of ["one", "two", "three"]) {
    await using test = await recorder(folder);
    await test.bus.inject("a", message);
  }
  assert.deepEqual(await folder.names(), [FIRST]);
  assert.deepEqual(
    (await readAll(folder.path)).map((one) => [one.sequence, one.message]),
    [[0, "one"], [1, "two"], [2, "three"]],
  );
});

Deno.test("record continues in a new file after a change of format", async () => {
  await using folder = await TempFolder.make();
  const forms = [
    {},
    { format: "cbor" },
    { compress: true },
    { compress: true, format: "cbor" },
  ];
  for (const form of forms) {
    await using test = await recorder(folder, form);
    await test.bus.inject("a", form);
  }
  assert.deepEqual(await folder.names(), [
    FIRST,
    "0000000000000001.cborseq",
    "0000000000000002.jsonl.gz",
    "0000000000000003.cborseq.gz",
  ]);
  assert.deepEqual(
    (await readAll(folder.path)).map(({ message }) => message),
    forms,
  );
});

Deno.test("record compresses to standard gzip", async () => {
  await using folder = await TempFolder.make();
  await using test = await recorder(folder, { compress: true });
  await test.bus.inject("a", "one");
  await test.settle();
  await test.bus.inject("a", "two");
  await test.settle();
  const bytes = await Deno.readFile(`${folder.path}/${FIRST}.gz`);
  assert.equal(gunzipSync(bytes).toString().split("\n").length, 3);
  assert.equal((await readAll(folder.path)).length, 2);
});

Deno.test("record rotates before a file exceeds max-file-size and keeps max-files files", async () => {
  await using folder = await TempFolder.make();
  const config = { "max-file-size": 300, "max-files": 2 };
  await using test = await recorder(folder, config);
  for (let n = 0; n < 10; n++) {
    await test.bus.inject("a", n);
    await test.settle();
  }
  const names = await folder.names();
  assert.equal(names.length, 2);
  for (const name of names) {
    assert((await folder.read(name)).length <= 300);
  }
  const numbers = (await readAll(folder.path)).map(({ message }) => message);
  assert.deepEqual(numbers, [6, 7, 8, 9].slice(-numbers.length));
  assert.equal(numbers.at(-1), 9);
});

Deno.test("record rotates after rotate-every, also after the clock was set back", async () => {
  await using folder = await TempFolder.make();
  const clock = new VirtualClock({ start: START });
  const bus = new MockBus({ clock });
  await using test = await recorder(folder, { "rotate-every": 60 }, bus);
  const write = async (message: string) => {
    await bus.inject("a", message);
    await test.settle();
  };
  await write("0 s");
  await test.advance(59_999);
  await write("59 s");
  await test.advance(1);
  await write("60 s");
  assert.deepEqual(await folder.names(), [FIRST, "0000000000000002.jsonl"]);
  const now = clock.now.bind(clock);
  clock.now = () => now() - 3_600_000;
  await write("set back");
  await test.advance(60_000);
  await write("a minute later");
  assert.equal((await folder.names()).length, 3);
});

Deno.test("record with flush in seconds writes at that interval and when it stops", async () => {
  await using folder = await TempFolder.make();
  await using test = await recorder(folder, { flush: 0.5 });
  await test.bus.inject("a", 1);
  await test.settle();
  assert.deepEqual(await folder.names(), []);
  await test.advance(500);
  assert.equal((await readAll(folder.path)).length, 1);
  await test.bus.inject("a", 2);
  await test.stop();
  assert.equal((await readAll(folder.path)).length, 2);
});

Deno.test("record with flush = message writes each message before it takes the next one", async () => {
  await using folder = await TempFolder.make();
  const config = { flush: "message", sync: "flush", "queue-size": 1 };
  await using test = await recorder(folder, config);
  for (let n = 0; n < 5; n++) await test.bus.inject("a", n);
  // The fifth message is queued: the third is written, and one is in flight.
  assert((await readAll(folder.path)).length >= 3);
  await test.settle();
  assert.equal((await readAll(folder.path)).length, 5);
});

Deno.test("A11 record lets publishers wait and loses no message", async () => {
  await using folder = await TempFolder.make();
  await using test = await recorder(folder, { "queue-size": 10 });
  await Promise.all(
    Array.from({ length: 5_000 }, (_, n) => test.bus.inject("a", n)),
  );
  await test.settle();
  assert.deepEqual(
    (await readAll(folder.path)).map(({ message }) => message),
    Array.from({ length: 5_000 }, (_, n) => n),
  );
});

Deno.test("record skips and counts messages that cannot be encoded, and logs the count every ten seconds", async () => {
  await using folder = await TempFolder.make();
  await using test = await recorder(folder);
  for (const message of [1, () => {}, 2, new Map(), 3]) {
    await test.bus.inject("a.b", message);
  }
  await test.stop();
  assert.deepEqual(
    (await readAll(folder.path)).map((one) => [one.sequence, one.message]),
    [[0, 1], [1, 2], [2, 3]],
  );
  const warnings = test.logs.filter(({ level }) => level === "warn");
  assert.deepEqual(warnings.map(({ properties }) => properties?.count), [1, 2]);
  assert.match(String(warnings[0]!.properties?.reason), /a function.*on a\.b$/);
});

Deno.test("record with on-unencodable = fail fails at such a message and keeps earlier ones", async () => {
  await using folder = await TempFolder.make();
  const config = { path: folder.path, "on-unencodable": "fail" };
  await using test = await testModule(record, config, { failures: "collect" });
  await test.bus.inject("a", 1);
  await test.bus.inject("a", () => {});
  await test.settle();
  assert.equal((test.failures[0] as { code: string }).code, "NOT_ENCODABLE");
  assert.equal((await readAll(folder.path)).length, 1);
});

Deno.test("record refuses a folder until its first recorder has ended", async () => {
  await using folder = await TempFolder.make();
  const first = await recorder(folder);
  await assert.rejects(recorder(folder), (error: Error) => {
    assert.equal((error as { code?: string }).code, "INIT_FAILED");
    assert.equal((error.cause as { code?: string }).code, "FOLDER_IN_USE");
    return true;
  });
  await first.stop();
  await using _second = await recorder(folder);
});

Deno.test("record releases the folder if the process stops before the module runs", async () => {
  await using folder = await TempFolder.make();
  const bus = new MockBus();
  const broken = {
    ...record,
    async init(context: never, config: unknown) {
      await record.init(context, config);
      throw new Error("another module's init failed");
    },
  };
  await assert.rejects(
    testModule(broken, { path: folder.path }, { bus }),
    { code: "INIT_FAILED" },
  );
  await using _ = await recorder(folder);
});

Deno.test("record refuses an invalid configuration", async (t) => {
  const path = "/tmp/never_made";
  const wrong = {
    "no path": {},
    "no topic": { path, topic: [] },
    "a topic that no bus could carry": { path, topic: "é".repeat(128) },
    "an unknown format": { path, format: "xml" },
    "an unknown flush": { path, flush: "sometimes" },
    "a flush of 0": { path, flush: 0 },
    "no file": { path, "max-files": 0 },
    "compressed files of Rust's form": { path, format: "rust", compress: true },
    "a bound for Rust's form": { path, format: "rust", "max-files": 3 },
  };
  for (const [name, config] of Object.entries(wrong)) {
    await t.step(name, async () => {
      await assert.rejects(testModule(record, config), {
        code: "INVALID_CONFIG",
      });
    });
  }
});

function recorder(
  folder: TempFolder,
  config: Record<string, unknown> = {},
  bus = new MockBus(),
) {
  return testModule(record, { path: folder.path, ...config }, { bus });
}

function readAll(path: string) {
  return Array.fromAsync(readRecording(path));
}
