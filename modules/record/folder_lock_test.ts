import assert from "node:assert/strict";
import process from "node:process";
import { lockByProcess, lockFolder } from "./folder_lock.ts";
import { TempFolder } from "./testing/temp_folder.ts";

Deno.test("lockFolder locks a folder until release, which is harmless twice", async () => {
  await using folder = await TempFolder.make();
  const lock = lockFolder(folder.path);
  assert.throws(() => lockFolder(folder.path), { code: "FOLDER_IN_USE" });
  lock.release();
  lock.release();
  lockFolder(folder.path).release();
});

Deno.test("lockFolder ignores the lock file of a crashed process", async () => {
  await using folder = await TempFolder.make();
  await Deno.writeTextFile(`${folder.path}/.lock`, "4711");
  lockFolder(folder.path).release();
});

Deno.test("lockFolder throws STORAGE_FAILED for a missing folder", async () => {
  await using folder = await TempFolder.make();
  assert.throws(() => lockFolder(`${folder.path}/absent`), {
    code: "STORAGE_FAILED",
  });
});

Deno.test("lockByProcess locks a folder only for a running process", async (t) => {
  await using folder = await TempFolder.make();
  const path = `${folder.path}/.lock`;
  await t.step("this process", () => {
    const lock = lockByProcess(path);
    assert(lock !== undefined);
    assert.equal(lockByProcess(path), undefined);
    lock.release();
    lock.release();
  });
  await t.step("an ended process, or an invalid id", () => {
    for (const text of [String(2 ** 31 - 2), "", "-1", "text"]) {
      Deno.writeTextFileSync(path, text);
      const lock = lockByProcess(path);
      assert.equal(Deno.readTextFileSync(path), String(process.pid));
      lock!.release();
    }
  });
  await t.step("a process of another user", () => {
    Deno.writeTextFileSync(path, "1");
    assert.equal(lockByProcess(path), undefined);
  });
});
