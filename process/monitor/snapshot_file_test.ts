import assert from "node:assert/strict";
import { BUSY } from "../testing/busy_snapshot.ts";
import { NotedLog } from "../testing/noted_log.ts";
import { rustText } from "./rust_form.ts";
import { SnapshotFile } from "./snapshot_file.ts";

async function inFolder(
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}

Deno.test("a snapshot replaces the file as a whole, and leaves nothing beside it", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/monitor.json`;
    await Deno.writeTextFile(path, "x".repeat(100_000));
    const log = new NotedLog();
    await new SnapshotFile(path, log).writeLast(BUSY);
    assert.equal(await Deno.readTextFile(path), rustText(BUSY));
    assert.deepEqual(names(folder), ["monitor.json"]);
    assert.deepEqual(log.lines, []);
  });
});

Deno.test("a write while another one goes on is left out", async () => {
  await inFolder(async (folder) => {
    const file = new SnapshotFile(`${folder}/monitor.json`, new NotedLog());
    for (let n = 0; n < 1_000; n++) file.write(BUSY);
    await file.writeLast({ time: 0, modules: {} });
    assert.equal(await Deno.readTextFile(`${folder}/monitor.json`), "{}\n");
    assert.deepEqual(names(folder), ["monitor.json"]);
  });
});

Deno.test("an error while writing is logged once, and the end of it; the monitor goes on", async () => {
  await inFolder(async (folder) => {
    const log = new NotedLog();
    const path = `${folder}/later/monitor.json`;
    const file = new SnapshotFile(path, log);
    for (let n = 0; n < 3; n++) await file.writeLast(BUSY);
    assert.equal(log.lines.length, 1);
    assert.match(
      log.lines[0]!,
      /^warn the monitor can't write ".*monitor\.json", and goes on trying: No such file/,
    );
    await Deno.mkdir(`${folder}/later`);
    for (let n = 0; n < 3; n++) await file.writeLast(BUSY);
    assert.deepEqual(log.lines.slice(1), [
      `info the monitor can write "${path}" again`,
    ]);
    await Deno.remove(`${folder}/later`, { recursive: true });
    await file.writeLast(BUSY);
    assert.equal(log.lines.length, 3);
  });
});

Deno.test("a write that fails leaves the last file whole", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/monitor.json`;
    const file = new SnapshotFile(path, new NotedLog());
    await file.writeLast(BUSY);
    await Deno.mkdir(`${path}.tmp`); // in the way, as a full disk would be
    await file.writeLast({ time: 0, modules: {} });
    assert.equal(await Deno.readTextFile(path), rustText(BUSY));
    await Deno.remove(`${path}.tmp`);
    await file.writeLast({ time: 0, modules: {} });
    assert.equal(await Deno.readTextFile(path), "{}\n");
  });
});

const OUT = new URL("out/", import.meta.url).pathname.replace(/\/$/, "");

for (
  const [path, permissions, hint] of [
    [`${OUT}/a.json`, { write: [OUT] }, `--allow-read=${OUT}`],
    [`${OUT}/a.json`, { read: [OUT] }, `--allow-write=${OUT}`],
    [
      `${OUT}/a.json`,
      { read: [`${OUT}/a.json`], write: [`${OUT}/a.json`] },
      `--allow-read=${OUT} --allow-write=${OUT}`,
    ],
    ["monitor.json", "none", "--allow-read=. --allow-write=."],
    ["/monitor.json", "none", "--allow-read=/ --allow-write=/"],
  ] as const
) {
  Deno.test({
    name:
      `a file ${path} that it may not write as a whole is refused with the flags ${hint}`,
    permissions: permissions as Deno.TestDefinition["permissions"] & object,
    fn() {
      const file = new SnapshotFile(path, new NotedLog());
      assert.throws(() => file.check(), {
        code: "PERMISSION_DENIED",
        hint: `run with ${hint}`,
      });
    },
  });
}

Deno.test({
  name: "a file whose folder it may read and write is accepted",
  permissions: { read: [OUT], write: [OUT] },
  fn() {
    assert.doesNotThrow(() =>
      new SnapshotFile(`${OUT}/a.json`, new NotedLog()).check()
    );
  },
});
