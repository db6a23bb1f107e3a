import { Float } from "@caryatid/process/codec";
import fc from "fast-check";
import assert from "node:assert/strict";
import { TempFolder } from "../testing/temp_folder.ts";
import { type GivenEntry, writeRecording } from "../testing/write_recording.ts";
import { type DiffOptions, diffRecordings, type RecordingDiff } from "./mod.ts";

Deno.test("diffRecordings reports equal messages as same, whatever their times and ids", async () => {
  const a = numbers([1, 2, 3]);
  const b = a.map((entry, n) => ({ ...entry, time: n, id: `other ${n}` }));
  const found = await diff(a, b);
  assert.deepEqual(found, {
    same: true,
    equal: 3,
    missing: 0,
    added: 0,
    changed: 0,
    reordered: 0,
    differences: [],
  });
  assert.equal((await diff(a, b, { time: true })).changed, 2);
  assert.equal((await diff(a, b, { ids: true })).changed, 3);
});

Deno.test("diffRecordings reports messages of only one recording as missing or added", async () => {
  assert.deepEqual(kinds(await diff(numbers([1, 2, 3]), numbers([1, 3]))), [
    "missing 2",
  ]);
  assert.deepEqual(kinds(await diff(numbers([1, 3]), numbers([1, 2, 3]))), [
    "added 2",
  ]);
  assert.deepEqual(kinds(await diff([], numbers([1]))), ["added 1"]);
  assert.deepEqual(kinds(await diff(numbers([1]), [])), ["missing 1"]);
});

Deno.test("diffRecordings reports the changed paths of messages on one topic in the same place", async () => {
  const order = (price: number, extra: object = {}) => ({
    items: [{ price, name: "tea" }],
    ...extra,
  });
  const a = [{ message: 0 }, { message: order(1) }, { message: 9 }];
  const b = [
    { message: 0 },
    { message: order(2, { "a b": null }) },
    { message: 9 },
  ];
  const { differences, equal } = await diff(a, b);
  assert.equal(equal, 2);
  assert.equal(differences.length, 1);
  const [changed] = differences;
  assert(changed?.kind === "changed");
  assert.deepEqual(changed.paths, [
    { path: "message.items[0].price", a: 1, b: 2 },
    { path: 'message["a b"]', a: undefined, b: null },
  ]);
  assert.equal(changed.a.sequence, 1);
});

Deno.test("diffRecordings reports messages on different topics in the same place as missing and added", async () => {
  const a = [{ topic: "a", message: 1 }];
  const b = [{ topic: "b", message: 1 }];
  assert.deepEqual(kinds(await diff(a, b)), ["missing 1", "added 1"]);
});

Deno.test("diffRecordings compares headers unless they are ignored", async () => {
  const a = [{ message: 1, headers: { trace: "1" } }];
  const b = [{ message: 1, headers: { trace: "2" } }];
  const { differences } = await diff(a, b);
  assert(differences[0]?.kind === "changed");
  assert.deepEqual(differences[0].paths, [
    { path: "headers.trace", a: "1", b: "2" },
  ]);
  assert((await diff(a, b, { ignore: ["headers"] })).same);
});

Deno.test("diffRecordings ignores paths at any place", async (t) => {
  const message = (n: number) => ({
    at: n,
    items: [{ id: n }, { id: n, x: 0 }],
    "a.b": n,
  });
  const a = [{ message: message(1) }];
  const b = [{ message: message(2) }];
  const ignore = ["message.at", "message.items[*].id", 'message["a.b"]'];
  assert((await diff(a, b, { ignore })).same);
  await t.step("other paths are compared", async () => {
    const { differences } = await diff(a, b, { ignore: ["message.items.0"] });
    assert(differences[0]?.kind === "changed");
    assert.deepEqual(differences[0].paths.map(({ path }) => path), [
      "message.at",
      "message.items[1].id",
      'message["a.b"]',
    ]);
  });
  await t.step("an invalid path is refused", async () => {
    for (const path of ["", "a..b", "a[", "a[x]"]) {
      await assert.rejects(diff(a, b, { ignore: [path] }), {
        code: "INVALID_OPTION",
      });
    }
  });
});

Deno.test("diffRecordings reports equal messages in different places as reordered", async () => {
  const order = [1, 2, 3, 4, 5, 6];
  assert.deepEqual(
    kinds(await diff(numbers(order), numbers([2, 3, 4, 5, 6, 1]))),
    ["reordered 1"],
  );
  assert.deepEqual(
    kinds(await diff(numbers(order), numbers([1, 3, 2, 4, 5, 6]))),
    ["reordered 2"],
  );
});

Deno.test("diffRecordings treats values as equal that the wire does not distinguish", async () => {
  const a = [{ message: [1n, new Float(2), new Date(0), { a: undefined }] }];
  const b = [{ message: [1, 2, "1970-01-01T00:00:00.000Z", {}] }];
  assert((await diff(a, b)).same);
  const others: [unknown, unknown][] = [
    [1, "1"],
    [0, -0],
    [null, {}],
    [[], {}],
    [[1], [1, 1]],
    [new Uint8Array([1]), [1]],
    [new Uint8Array([1]), "AQ=="],
    [true, "true"],
  ];
  for (const [one, other] of others) {
    assert(!(await diff([{ message: one }], [{ message: other }])).same);
  }
});

Deno.test("diffRecordings compares only messages with a recording in Rust's format", async () => {
  await using folder = await TempFolder.make();
  await writeRecording(`${folder.path}/a`, numbers([1, 2]));
  await Deno.mkdir(`${folder.path}/b`);
  await Deno.writeTextFile(`${folder.path}/b/0.json`, "1");
  await Deno.writeTextFile(`${folder.path}/b/1.json`, "2");
  const found = await diffRecordings(`${folder.path}/a`, `${folder.path}/b`);
  assert(found.same);
});

Deno.test("diffRecordings counts differences beyond the listed ones", async () => {
  const found = await diff(numbers([1, 2, 3]), [], { most: 2 });
  assert.equal(found.differences.length, 2);
  assert.equal(found.missing, 3);
});

Deno.test("diffRecordings matches the rest after an early difference, and finds moves within the window", async () => {
  const long = Array.from({ length: 20_000 }, (_, n) => n);
  const other = [...long];
  other.splice(10, 1); // missing
  other.splice(5_000, 0, -1, -2, -3); // added
  const [moved] = other.splice(10_000, 1);
  other.splice(10_500, 0, moved!);
  const found = await diff(numbers(long), numbers(other));
  assert.deepEqual(kinds(found), [
    "missing 10",
    ...["added -1", "added -2", "added -3"],
    `reordered ${moved}`,
  ]);
  assert.equal(found.equal, 20_000 - 2);
});

Deno.test("diffRecordings reports a long block of only one recording if the window is longer", async () => {
  const long = Array.from({ length: 9_000 }, (_, n) => n);
  const gap = long.filter((n) => n < 100 || n >= 4_000);
  const found = await diff(numbers(long), numbers(gap));
  assert.equal(found.equal, gap.length);
  assert.equal(found.missing, long.length - gap.length);
  assert.equal(found.added + found.changed + found.reordered, 0);
  const short = await diff(numbers(gap), numbers(long), { window: 1_000 });
  assert.equal(short.equal + short.reordered + short.missing, gap.length);
  assert.equal(short.equal + short.reordered + short.added, long.length);
});

Deno.test("F1 diffRecordings rejects a message nested deeper than a recorder writes", async () => {
  await using folder = await TempFolder.make();
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  await writeRecording(folder.path, [{ message: "here" }]);
  const path = `${folder.path}/0000000000000000.jsonl`;
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace('"here"', deep));
  await assert.rejects(diffRecordings(folder.path, folder.path), {
    code: "RECORDING_DAMAGED",
  });
});

Deno.test("diffRecordings compares messages of the maximum depth", async () => {
  let deep: unknown = 1;
  for (let depth = 0; depth < 128; depth++) deep = [deep];
  assert((await diff([{ message: deep }], [{ message: deep }])).same);
});

Deno.test("F7 the counts of diffRecordings add up and are minimal for any two recordings in one window", async () => {
  const recording = fc.array(
    fc.record({
      topic: fc.constantFrom("a", "b"),
      message: fc.integer({ min: 0, max: 5 }),
    }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(recording, recording, async (a, b) => {
      const found = await diff(a, b);
      const both = found.equal + found.changed + found.reordered;
      assert.equal(both + found.missing, a.length);
      assert.equal(both + found.added, b.length);
      assert.equal(found.same, JSON.stringify(a) === JSON.stringify(b));
      assert.equal(found.equal, longest(a, b));
      // None is called missing that is also added.
      const keys = (kind: "missing" | "added") =>
        found.differences.filter((one) => one.kind === kind).map((one) =>
          JSON.stringify([
            ("a" in one ? one.a : one.b).topic,
            ("a" in one ? one.a : one.b).message,
          ])
        );
      const missing = new Set(keys("missing"));
      assert(!keys("added").some((key) => missing.has(key)));
    }),
    { numRuns: 150 },
  );
});

/** The slow, obvious length of the longest common part. */
function longest(a: readonly unknown[], b: readonly unknown[]): number {
  const [left, right] = [a, b].map((all) =>
    all.map((one) => JSON.stringify(one))
  );
  const row = Array(right!.length + 1).fill(0);
  for (const one of left!) {
    let before = 0;
    for (const [index, other] of right!.entries()) {
      const kept = row[index + 1];
      row[index + 1] = one === other
        ? before + 1
        : Math.max(row[index + 1], row[index]);
      before = kept;
    }
  }
  return row.at(-1);
}

function numbers(all: readonly number[]): GivenEntry[] {
  // Each on a separate topic, so that none is a change of another one.
  return all.map((n) => ({ topic: `n.${n}`, message: n }));
}

async function diff(
  a: readonly GivenEntry[],
  b: readonly GivenEntry[],
  options?: DiffOptions,
): Promise<RecordingDiff> {
  await using folder = await TempFolder.make();
  await writeRecording(`${folder.path}/a`, a);
  await writeRecording(`${folder.path}/b`, b);
  return await diffRecordings(`${folder.path}/a`, `${folder.path}/b`, options);
}

function kinds({ differences }: RecordingDiff): string[] {
  return differences.map((one) =>
    `${one.kind} ${("a" in one ? one.a : one.b).message}`
  );
}
