import assert from "node:assert/strict";
import process from "node:process";
import { lockFolder } from "./folder_lock.ts";
import { lockByProcess } from "./process_lock.ts";
import { TempFolder } from "./testing/temp_folder.ts";

Deno.test("a folder is taken until it is released, which is harmless twice", async () => {
  await using folder = await TempFolder.make();
  const lock = lockFolder(folder.path);
  assert.throws(() => lockFolder(folder.path), { code: "FOLDER_IN_USE" });
  lock.release();
  lock.release();
  lockFolder(folder.path).release();
});

Deno.test("a lock file that a crash has left holds nothing", async () => {
  await using folder = await TempFolder.make();
  await Deno.writeTextFile(`${folder.path}/.lock`, "4711");
  lockFolder(folder.path).release();
});

Deno.test("a folder that is gone is told", async () => {
  await using folder = await TempFolder.make();
  assert.throws(() => lockFolder(`${folder.path}/absent`), {
    code: "STORAGE_FAILED",
  });
});

Deno.test("without locks of the system, the number of a process that lives holds a folder, and no other", async (t) => {
  await using folder = await TempFolder.make();
  const path = `${folder.path}/.lock`;
  await t.step("this one's", () => {
    const lock = lockByProcess(path);
    assert(lock !== undefined);
    assert.equal(lockByProcess(path), undefined);
    lock.release();
    lock.release();
  });
  await t.step("a dead one's, or what is none", () => {
    for (const text of [String(2 ** 31 - 2), "", "-1", "text"]) {
      Deno.writeTextFileSync(path, text);
      const lock = lockByProcess(path);
      assert.equal(Deno.readTextFileSync(path), String(process.pid));
      lock!.release();
    }
  });
  await t.step("one that isn't ours", () => {
    Deno.writeTextFileSync(path, "1");
    assert.equal(lockByProcess(path), undefined);
  });
});
