import { MockBus, testModule, VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { readRecording } from "./mod.ts";
import type { ReadOptions } from "./mod.ts";
import record from "./record.ts";
import { TempFolder } from "./testing/temp_folder.ts";

const FILE = "0000000000000000.jsonl";

Deno.test("readRecording returns the entries between two sequences or times", async (t) => {
  await using folder = await TempFolder.make();
  await using test = await testModule(
    record,
    { path: folder.path, "max-file-size": 250 },
    { bus: new MockBus({ clock: new VirtualClock({ start: 0 }) }) },
  );
  for (let n = 0; n < 6; n++) {
    await test.bus.inject("a", n);
    await test.advance(1_000);
  }
  assert((await folder.names()).length > 1);
  const cases: [string, ReadOptions, number[]][] = [
    ["all", {}, [0, 1, 2, 3, 4, 5]],
    ["from a sequence", { from: 4 }, [4, 5]],
    ["to a sequence", { to: 1 }, [0, 1]],
    ["from a time", { from: new Date(3_500) }, [4, 5]],
    ["to a time, which is included", { to: new Date(2_000) }, [0, 1, 2]],
    ["both", { from: 2, to: new Date(3_000) }, [2, 3]],
    ["behind the end", { from: 6 }, []],
  ];
  for (const [name, options, wanted] of cases) {
    await t.step(name, async () => {
      assert.deepEqual(await messages(folder.path, options), wanted);
    });
  }
});

for (const form of ["jsonl", "cborseq", "jsonl.gz", "cborseq.gz"]) {
  Deno.test(`readRecording skips an incomplete last entry of ${form}, and a restart removes it`, async () => {
    await using folder = await TempFolder.make();
    const config = {
      path: folder.path,
      format: form.startsWith("json") ? "json" : "cbor",
      compress: form.endsWith(".gz"),
      flush: "message",
    };
    await recordAll(config, ["one", "two"]);
    const path = `${folder.path}/0000000000000000.${form}`;
    const before = await Deno.readFile(path);
    await recordAll(config, ["three"]);
    const after = await Deno.readFile(path);
    for (let size = before.length; size < after.length; size += 7) {
      await Deno.writeFile(path, after.subarray(0, size));
      assert.deepEqual(await messages(folder.path), ["one", "two"]);
      const test = await testModule(record, config);
      const torn = size - before.length;
      assert.deepEqual(
        test.logs.map(({ properties }) => properties?.torn),
        torn > 0 ? [torn] : [],
      );
      await test.bus.inject("a", "again");
      await test.stop();
      assert.deepEqual(
        (await entries(folder.path)).map((one) => [one.sequence, one.message]),
        [[0, "one"], [1, "two"], [2, "again"]],
      );
    }
  });
}

Deno.test("a restart removes a file without a complete entry", async () => {
  await using folder = await TempFolder.make();
  const name = "0000000000000007.jsonl";
  await Deno.writeTextFile(`${folder.path}/${name}`, '{"sequence":7,');
  assert.deepEqual(await messages(folder.path), []);
  await recordAll({ path: folder.path }, ["seven"]);
  assert.deepEqual(
    (await entries(folder.path)).map((one) => [one.sequence, one.message]),
    [[7, "seven"]],
  );
});

Deno.test("readRecording rejects damage with file and offset, or skips and reports it", async () => {
  await using folder = await TempFolder.make();
  await recordAll({ path: folder.path }, ["one", "two", "three"]);
  const lines = (await folder.read(FILE)).split("\n");
  const at = lines[0]!.length + 1;
  lines[1] = "x" + lines[1];
  await Deno.writeTextFile(`${folder.path}/${FILE}`, lines.join("\n"));

  const found: unknown[] = [];
  await assert.rejects(async () => {
    for await (const { message } of readRecording(folder.path)) {
      found.push(message);
    }
  }, {
    code: "RECORDING_DAMAGED",
    message: new RegExp(
      `${FILE}": found a line that is not an entry at byte ${at}`,
    ),
  });
  assert.deepEqual(found, ["one"], "what comes before it is given");

  const skipped: string[] = [];
  assert.deepEqual(
    await messages(folder.path, {
      onDamage: "skip",
      onSkip: ({ code }) => skipped.push(code),
    }),
    ["one", "three"],
  );
  assert.deepEqual(skipped, ["RECORDING_DAMAGED"]);
});

Deno.test("a restart does not change a damaged file and uses no sequence that it may contain", async () => {
  await using folder = await TempFolder.make();
  await recordAll({ path: folder.path }, ["one", "two", "three"]);
  const path = `${folder.path}/${FILE}`;
  const text = (await folder.read(FILE)).replace('"three"', '"thr') + "torn";
  await Deno.writeTextFile(path, text);
  const logs = await recordAll({ path: folder.path }, ["four"]);
  assert.equal(await Deno.readTextFile(path), text);
  assert.match(logs.map(({ text }) => text).join(), /\{path\} is damaged/);
  const found = await entries(folder.path, { onDamage: "skip" });
  assert.deepEqual(found.map(({ message }) => message), [
    "one",
    "two",
    "four",
  ]);
  assert(found.at(-1)!.sequence > 2);
});

Deno.test("a restart finds the last entry from the end of a file, whatever its length", async () => {
  await using folder = await TempFolder.make();
  const config = { path: folder.path };
  const sizes = [1, 70_000, 300_000, 70_000, 1];
  for (const [index, size] of sizes.entries()) {
    await recordAll(config, ["x".repeat(size)]);
    const path = `${folder.path}/${FILE}`;
    // Each time cut off within another entry.
    await Deno.writeTextFile(path, `{"sequence":${"9".repeat(size)}`, {
      append: true,
    });
    const lengths = (await messages(folder.path)).map((message) =>
      (message as string).length
    );
    assert.deepEqual(lengths, sizes.slice(0, index + 1));
  }
  assert.deepEqual(
    (await entries(folder.path)).map(({ sequence }) => sequence),
    [0, 1, 2, 3, 4],
  );
});

Deno.test("a restart does not read a whole file of gigabytes", async () => {
  await using folder = await TempFolder.make();
  const config = { path: folder.path, "max-file-size": 2 ** 40 };
  await recordAll(config, ["first"]);
  const path = `${folder.path}/${FILE}`;
  const line = await Deno.readTextFile(path);
  const file = await Deno.open(path, { write: true });
  // a hole, of which the disk has nothing
  await file.seek(8 * 2 ** 30, Deno.SeekMode.Start);
  await file.write(
    new TextEncoder().encode("\n" + line.replace(":0,", ":4711,")),
  );
  file.close();
  const test = await testModule(record, config);
  await test.bus.inject("a", "next");
  await test.stop();
  assert.match((await tailOf(path)).at(-2)!, /^\{"sequence":4712,/);
});

Deno.test("readRecording rejects an incomplete entry in a file that is not the last one", async () => {
  await using folder = await TempFolder.make();
  await recordAll({ path: folder.path, "max-file-size": 1 }, ["one", "two"]);
  const text = await folder.read(FILE);
  await Deno.writeTextFile(`${folder.path}/${FILE}`, text.slice(0, -5));
  await assert.rejects(messages(folder.path), { code: "RECORDING_DAMAGED" });
  assert.deepEqual(await messages(folder.path, { onDamage: "skip" }), ["two"]);
});

Deno.test("readRecording with onDamage = skip loses only the damaged piece of a compressed file", async () => {
  await using folder = await TempFolder.make();
  const config = { path: folder.path, compress: true, flush: "message" };
  await recordAll(config, ["one"]);
  const path = `${folder.path}/${FILE}.gz`;
  const first = (await Deno.readFile(path)).length;
  await recordAll(config, ["two", "three"]);
  const bytes = await Deno.readFile(path);
  bytes[first + 30]! ^= 0xff;
  await Deno.writeFile(path, bytes);
  await assert.rejects(messages(folder.path), {
    code: "RECORDING_DAMAGED",
    message: new RegExp(`a damaged compressed piece at byte ${first}`),
  });
  assert.deepEqual(await messages(folder.path, { onDamage: "skip" }), [
    "one",
    "three",
  ]);
});

Deno.test("readRecording reads a single file", async () => {
  await using folder = await TempFolder.make();
  await recordAll({ path: folder.path, "max-file-size": 1 }, ["one", "two"]);
  const path = `${folder.path}/0000000000000001.jsonl`;
  assert.deepEqual(await messages(path), ["two"]);
});

Deno.test("readRecording rejects with NO_RECORDING without a recording", async (t) => {
  await using folder = await TempFolder.make();
  await Deno.writeTextFile(`${folder.path}/notes.txt`, "mine");
  const paths = {
    "nothing": `${folder.path}/absent`,
    "a folder without one": folder.path,
    "a file of another kind": `${folder.path}/notes.txt`,
  };
  for (const [name, path] of Object.entries(paths)) {
    await t.step(name, async () => {
      await assert.rejects(messages(path), { code: "NO_RECORDING" });
    });
  }
});

Deno.test("readRecording rejects a foreign file with the name of a recording", async (t) => {
  const foreign: Record<string, [string, Uint8Array]> = {
    "text": [FILE, new TextEncoder().encode("dear diary\n")],
    "other JSON": [FILE, new TextEncoder().encode('{"level":"info"}\n')],
    "zeros": ["0000000000000000.cborseq", new Uint8Array(100)],
    "another gzip file": [`${FILE}.gz`, gzipSync("x".repeat(100))],
  };
  for (const [name, [file, bytes]] of Object.entries(foreign)) {
    await t.step(name, async () => {
      await using folder = await TempFolder.make();
      await Deno.writeFile(`${folder.path}/${file}`, bytes);
      await assert.rejects(messages(folder.path), {
        code: "RECORDING_DAMAGED",
      });
    });
  }
});

async function tailOf(path: string): Promise<string[]> {
  using file = await Deno.open(path);
  await file.seek(-1_000, Deno.SeekMode.End);
  const bytes = new Uint8Array(1_000);
  await file.read(bytes);
  return new TextDecoder().decode(bytes).split("\n");
}

async function recordAll(
  config: Record<string, unknown>,
  all: readonly unknown[],
) {
  await using test = await testModule(record, config);
  for (const message of all) {
    await test.bus.inject("a", message);
    await test.settle();
  }
  return test.logs;
}

function entries(path: string, options?: ReadOptions) {
  return Array.fromAsync(readRecording(path, options));
}

async function messages(path: string, options?: ReadOptions) {
  return (await entries(path, options)).map(({ message }) => message);
}
