import type { Log } from "@caryatid/sdk";
import { VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { FileStore } from "./file_store.ts";
import type { Batch } from "./entry.ts";
import { jsonLines } from "./json_lines.ts";
import { TempFolder } from "./testing/temp_folder.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A batch whose write fails, as on a full disk. */
const refused: Batch = {
  count: 1,
  size: 1,
  add() {},
  bytes: () => ({ length: 1 }) as never,
};

Deno.test("FileStore does not rotate an empty file because of its age", async () => {
  await using folder = await TempFolder.make();
  const clock = new VirtualClock();
  const store = await FileStore.open(folder.path, {
    format: jsonLines,
    compress: false,
    maxFileSize: 1_000,
    maxFiles: undefined,
    rotateEvery: 60_000,
    sync: "never",
    log: silent,
    clock,
  });
  await assert.rejects(store.write(0, refused), { code: "STORAGE_FAILED" });
  await clock.advance(60_000);
  const batch = store.batch();
  batch.add(0, { topic: "a", time: 0, id: "0f", headers: {}, message: 1 });
  await store.write(0, batch);
  await clock.advance(59_999);
  await store.write(1, batch);
  await store.close();
  const [file, ...others] = await folder.names();
  assert.deepEqual(others, []);
  const text = await folder.read(file!);
  assert.equal(text.trim().split("\n").length, 2);
});
