import { Float } from "@caryatid/process/codec";
import { testModule } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import record, { readRecording } from "./mod.ts";
import { fromRustJson, toRustJson } from "./rust_json.ts";
import { TempFolder } from "./testing/temp_folder.ts";

Deno.test("record with format = rust writes 0.json, 1.json, …, each with one compact message", async () => {
  await using folder = await TempFolder.make();
  await recordAll(folder, [{ Test: { data: "Hello", number: 42 } }, null]);
  assert.deepEqual(await folder.names(), ["0.json", "1.json"]);
  assert.equal(
    await folder.read("0.json"),
    '{"Test":{"data":"Hello","number":42}}',
  );
  assert.equal(await folder.read("1.json"), "null");
});

Deno.test("record with format = rust continues after the last file", async () => {
  await using folder = await TempFolder.make();
  await recordAll(folder, ["zero", "one"]);
  await recordAll(folder, ["two"]);
  assert.deepEqual(await messages(folder), ["zero", "one", "two"]);
});

Deno.test("readRecording skips an incomplete last file of Rust's format, and a restart replaces it", async () => {
  await using folder = await TempFolder.make();
  await recordAll(folder, ["zero", "one"]);
  await Deno.writeTextFile(`${folder.path}/1.json`, '"on');
  assert.deepEqual(await messages(folder), ["zero"]);
  await recordAll(folder, ["again"]);
  assert.deepEqual(await messages(folder), ["zero", "again"]);
});

Deno.test("readRecording rejects or skips a damaged file of Rust's format", async () => {
  await using folder = await TempFolder.make();
  await recordAll(folder, ["zero", "one", "two"]);
  await Deno.writeTextFile(`${folder.path}/1.json`, "");
  await assert.rejects(messages(folder), {
    code: "RECORDING_DAMAGED",
    message: /1\.json": found text that is not JSON/,
  });
  assert.deepEqual(await messages(folder, { onDamage: "skip" }), [
    "zero",
    "two",
  ]);
});

Deno.test("Rust's format ends at the first missing number, and record refuses such a folder", async () => {
  await using folder = await TempFolder.make();
  await recordAll(folder, ["zero", "one", "two"]);
  await Deno.remove(`${folder.path}/1.json`);
  assert.deepEqual(await messages(folder), ["zero"]);
  await assert.rejects(recordAll(folder, ["more"]), (error: Error) => {
    assert.equal((error.cause as { code?: string }).code, "RECORDING_DAMAGED");
    assert.match(error.message, /found 2\.json and no 1\.json/);
    return true;
  });
});

Deno.test("toRustJson encodes as serde_json does", () => {
  const written: [unknown, string][] = [
    [new Uint8Array([1, 255]), "[1,255]"],
    [2n ** 64n - 1n, "18446744073709551615"],
    [new Float(1), "1.0"],
    [new Float(-0), "-0.0"],
    [new Float(0.5), "0.5"],
    [-0, "-0.0"],
    [NaN, "null"],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [{ a: undefined, "ü": [true, null] }, '{"ü":[true,null]}'],
  ];
  for (const [value, text] of written) assert.equal(toRustJson(value), text);
  assert.throws(() => toRustJson({ a: () => {} }), { code: "NOT_ENCODABLE" });
});

Deno.test("fromRustJson keeps every digit of 64-bit integers", () => {
  const text =
    '{"big":18446744073709551615,"small":7,"exact":9007199254740991}';
  assert.deepEqual(fromRustJson(text), {
    big: 18446744073709551615n,
    small: 7,
    exact: 9007199254740991,
  });
});

async function recordAll(folder: TempFolder, all: readonly unknown[]) {
  const config = { path: folder.path, format: "rust" };
  await using test = await testModule(record, config);
  for (const message of all) await test.bus.inject("a", message);
}

async function messages(
  folder: TempFolder,
  options?: { onDamage: "skip" },
): Promise<unknown[]> {
  const all = await Array.fromAsync(readRecording(folder.path, options));
  return all.map(({ message }) => message);
}
