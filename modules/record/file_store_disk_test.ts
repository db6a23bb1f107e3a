import type { Log } from "@caryatid/sdk";
import { VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import type { Batch } from "./entry.ts";
import { FileStore } from "./file_store.ts";
import { jsonLines } from "./json_lines.ts";
import { FileFaults } from "./testing/file_faults.ts";
import { TempFolder } from "./testing/temp_folder.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

type Sync = "never" | "rotation" | "flush";

function openStore(folder: TempFolder, sync: Sync): Promise<FileStore> {
  return FileStore.open(folder.path, {
    format: jsonLines,
    compress: false,
    maxFileSize: 100_000,
    maxFiles: undefined,
    rotateEvery: undefined,
    sync,
    log: silent,
    clock: new VirtualClock(),
  });
}

function batchOf(store: FileStore, sequence: number, message: unknown): Batch {
  const batch = store.batch();
  const entry = { topic: "a", time: 0, id: "0f", headers: {}, message };
  batch.add(sequence, entry);
  return batch;
}

async function watchFiles(folder: TempFolder): Promise<FileFaults> {
  await writeFile(`${folder.path}/other`, "");
  return await FileFaults.watch(`${folder.path}/other`);
}

async function messages(folder: TempFolder): Promise<unknown[]> {
  const names = await folder.names();
  const text = await folder.read(names.find((name) => name !== "other")!);
  assert(text.endsWith("\n"), text);
  return text.trim().split("\n").map((line) => JSON.parse(line).message);
}

Deno.test("sync decides when batches reach the disk", async (t) => {
  const expected: Record<Sync, string[]> = {
    flush: ["sync", "write", "datasync", "write", "datasync", "sync"],
    rotation: ["sync", "write", "write", "sync"],
    never: ["write", "write"],
  };
  for (const sync of ["flush", "rotation", "never"] as const) {
    await t.step(sync, async () => {
      await using folder = await TempFolder.make();
      using files = await watchFiles(folder);
      const store = await openStore(folder, sync);
      await store.write(0, batchOf(store, 0, "first"));
      const calls = expected[sync];
      assert.equal(
        files.calls.join(),
        calls.slice(0, calls.indexOf("write", calls.indexOf("write") + 1))
          .join(),
      );
      await store.write(1, batchOf(store, 1, "second"));
      await store.close();
      assert.deepEqual(files.calls, calls);
    });
  }
});

Deno.test("a batch that fails in the middle is removed, and the next one follows the last complete one", async (t) => {
  const faults: Record<string, (files: FileFaults) => void> = {
    "the write": (files) => files.failNext("write", 10),
    "the synchronization": (files) => files.failNext("datasync"),
    "the write and the removal": (files) => {
      files.failNext("write", 250);
      files.failNext("truncate");
    },
  };
  for (const [name, fail] of Object.entries(faults)) {
    await t.step(`${name} fails`, async () => {
      await using folder = await TempFolder.make();
      using files = await watchFiles(folder);
      const store = await openStore(folder, "flush");
      await store.write(0, batchOf(store, 0, "first"));
      fail(files);
      const long = batchOf(store, 1, "second ".repeat(50));
      await assert.rejects(store.write(1, long), {
        code: "STORAGE_FAILED",
        message: /no space left/,
      });
      await store.write(1, batchOf(store, 1, 2));
      assert.deepEqual(await messages(folder), ["first", 2]);
      await store.close();
    });
  }
});
