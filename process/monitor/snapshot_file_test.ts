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

Deno.test("a snapshot replaces the whole file, and leaves no other file", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/monitor.json`;
    await Deno.writeTextFile(path, "x".repeat(100_000));
    const log = new NotedLog();
    await new SnapshotFile(path, log).write(BUSY);
    assert.equal(await Deno.readTextFile(path), rustText(BUSY));
    assert.deepEqual(names(folder), ["monitor.json"]);
    assert.deepEqual(log.lines, []);
  });
});

Deno.test("of the snapshots that come while one is written, the last one is written", async () => {
  await inFolder(async (folder) => {
    const file = new SnapshotFile(`${folder}/monitor.json`, new NotedLog());
    for (let n = 0; n < 1_000; n++) file.write(BUSY);
    await file.write({ time: 0, modules: {} });
    assert.equal(await Deno.readTextFile(`${folder}/monitor.json`), "{}\n");
    assert.deepEqual(names(folder), ["monitor.json"]);
  });
});

Deno.test("an error while writing and its end are logged once; the monitor continues", async () => {
  await inFolder(async (folder) => {
    const log = new NotedLog();
    const path = `${folder}/later/monitor.json`;
    const file = new SnapshotFile(path, log);
    for (let n = 0; n < 3; n++) await file.write(BUSY);
    assert.equal(log.lines.length, 1);
    assert.match(
      log.lines[0]!,
      /^warn the monitor cannot write ".*monitor\.json", and keeps trying: No such file/,
    );
    await Deno.mkdir(`${folder}/later`);
    for (let n = 0; n < 3; n++) await file.write(BUSY);
    assert.deepEqual(log.lines.slice(1), [
      `info the monitor can write "${path}" again`,
    ]);
    await Deno.remove(`${folder}/later`, { recursive: true });
    await file.write(BUSY);
    assert.equal(log.lines.length, 3);
  });
});

Deno.test("a write that fails leaves the last file whole", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/monitor.json`;
    const file = new SnapshotFile(path, new NotedLog());
    await file.write(BUSY);
    await Deno.mkdir(`${path}.tmp`); // in the way, as a full disk would be
    await file.write({ time: 0, modules: {} });
    assert.equal(await Deno.readTextFile(path), rustText(BUSY));
    await Deno.remove(`${path}.tmp`);
    await file.write({ time: 0, modules: {} });
    assert.equal(await Deno.readTextFile(path), "{}\n");
  });
});

/** Need not exist: the test checks only permissions. */
const OUT = "/var/caryatid";

const REFUSED: readonly {
  path: string;
  permissions: Deno.PermissionOptions;
  flags: string;
}[] = [
  {
    path: `${OUT}/a.json`,
    permissions: { write: [OUT] },
    flags: `--allow-read=${OUT}`,
  },
  {
    path: `${OUT}/a.json`,
    permissions: { read: [OUT] },
    flags: `--allow-write=${OUT}`,
  },
  {
    path: `${OUT}/a.json`,
    permissions: { read: [`${OUT}/a.json`], write: [`${OUT}/a.json`] },
    flags: `--allow-read=${OUT} --allow-write=${OUT}`,
  },
  {
    path: "monitor.json",
    permissions: "none",
    flags: "--allow-read=. --allow-write=.",
  },
  {
    path: "/monitor.json",
    permissions: "none",
    flags: "--allow-read=/ --allow-write=/",
  },
];

for (const { path, permissions, flags } of REFUSED) {
  Deno.test({
    name:
      `an output ${path} without ${flags} is PERMISSION_DENIED, and the hint names the flags`,
    permissions,
    fn() {
      const file = new SnapshotFile(path, new NotedLog());
      assert.throws(() => file.check(), {
        code: "PERMISSION_DENIED",
        hint: `Run with ${flags}.`,
      });
    },
  });
}

Deno.test({
  name: "an output whose folder may be read and written is accepted",
  permissions: { read: [OUT], write: [OUT] },
  fn() {
    new SnapshotFile(`${OUT}/a.json`, new NotedLog()).check();
  },
});

Deno.test("a link in place of the temporary file is replaced, not followed; the file is its owner's alone", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/monitor.json`;
    await Deno.writeTextFile(`${folder}/other`, "untouched");
    await Deno.symlink(`${folder}/other`, `${path}.tmp`);
    const log = new NotedLog();
    await new SnapshotFile(path, log).write(BUSY);
    assert.equal(await Deno.readTextFile(`${folder}/other`), "untouched");
    const { isSymlink, mode } = await Deno.lstat(path);
    assert(!isSymlink);
    assert.equal(mode! & 0o777, 0o600);
    assert.deepEqual(names(folder).sort(), ["monitor.json", "other"]);
    assert.deepEqual(log.lines, []);
  });
});
