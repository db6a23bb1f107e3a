import assert from "node:assert/strict";
import type { Inspection, Task } from "./inspection.ts";
import { failedInspection } from "./inspection.ts";
import { InspectionCache } from "./inspection_cache.ts";

const FOUND: Inspection = {
  permissions: {},
  topics: [],
  problems: [],
  notices: [],
};

/** A folder with a module and a cache. */
class Subject {
  readonly folder = Deno.makeTempDirSync();
  readonly file = `${this.folder}/a.ts`;
  readonly task: Task = {
    kind: "module",
    id: "a",
    className: "a",
    specifier: `file://${this.file}`,
    import: "./a.ts",
    integrity: undefined,
    base: undefined,
    path: ["module", "a"],
    section: { topic: "x" },
    globalKeys: [],
  };

  constructor() {
    Deno.writeTextFileSync(this.file, "1");
  }

  cache(flags: readonly string[] = []): Promise<InspectionCache> {
    const project = { config: undefined, lock: undefined, isLent: false };
    return InspectionCache.open({ project, flags }, `${this.folder}/cache`);
  }

  /** Returns the result that the next command finds. */
  async found(flags?: readonly string[], task: Task = this.task) {
    return await (await this.cache(flags)).get(task);
  }

  /** Saves a result, as one run of a command. */
  async save(inspection: Inspection = FOUND): Promise<void> {
    const cache = await this.cache();
    await cache.set(this.task, inspection, cache.stampsOf([this.file]));
    cache.save();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

Deno.test("a result is kept for the next command", async () => {
  using subject = new Subject();
  assert.equal(await subject.found(), undefined);
  await subject.save();
  assert.deepEqual(await subject.found(), FOUND);
});

Deno.test("a result is lost when a file, the section or a flag changes", async () => {
  using subject = new Subject();
  const { task, file } = subject;
  await subject.save();
  const section = { topic: "y" };
  assert.equal(await subject.found([], { ...task, section }), undefined);
  assert.equal(await subject.found(["--allow-import=x"]), undefined);
  Deno.writeTextFileSync(file, "longer");
  assert.equal(await subject.found(), undefined);
});

Deno.test("a failure to load is not kept", async () => {
  using subject = new Subject();
  const message = "its code was still busy";
  await subject.save(
    failedInspection({ code: "LOAD_FAILED", key: [], message }),
  );
  assert.equal(await subject.found(), undefined);
});

Deno.test("only the user can read the results, and a broken file is empty", async () => {
  using subject = new Subject();
  await subject.save();
  const folder = `${subject.folder}/cache`;
  const [{ name }] = [...Deno.readDirSync(folder)] as [Deno.DirEntry];
  if (Deno.build.os !== "windows") {
    assert.equal(Deno.statSync(folder).mode! & 0o777, 0o700);
    assert.equal(Deno.statSync(`${folder}/${name}`).mode! & 0o777, 0o600);
  }
  Deno.writeTextFileSync(`${folder}/${name}`, '{"files":');
  assert.equal(await subject.found(), undefined);
});
