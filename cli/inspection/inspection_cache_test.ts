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

  cache(flags: readonly string[] = []): InspectionCache {
    const project = { config: undefined, lock: undefined, isLent: false };
    return new InspectionCache({ project, flags }, `${this.folder}/cache`);
  }

  /** Saves a result, as one run of a command. */
  save(inspection: Inspection = FOUND): void {
    const cache = this.cache();
    cache.set(this.task, inspection, cache.stampsOf([this.file]));
    cache.save();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

Deno.test("a result is kept for the next command", () => {
  using subject = new Subject();
  assert.equal(subject.cache().get(subject.task), undefined);
  subject.save();
  assert.deepEqual(subject.cache().get(subject.task), FOUND);
});

Deno.test("a result is lost when a file, the section or a flag changes", () => {
  using subject = new Subject();
  const { task, file } = subject;
  subject.save();
  const section = { topic: "y" };
  assert.equal(subject.cache().get({ ...task, section }), undefined);
  assert.equal(subject.cache(["--allow-import=x"]).get(task), undefined);
  Deno.writeTextFileSync(file, "longer");
  assert.equal(subject.cache().get(task), undefined);
});

Deno.test("a failure to load is not kept", () => {
  using subject = new Subject();
  const message = "its code was still busy";
  subject.save(failedInspection({ code: "LOAD_FAILED", key: [], message }));
  assert.equal(subject.cache().get(subject.task), undefined);
});

Deno.test("only the user can read the results, and a broken file is empty", () => {
  using subject = new Subject();
  subject.save();
  const folder = `${subject.folder}/cache`;
  const [{ name }] = [...Deno.readDirSync(folder)] as [Deno.DirEntry];
  if (Deno.build.os !== "windows") {
    assert.equal(Deno.statSync(folder).mode! & 0o777, 0o700);
    assert.equal(Deno.statSync(`${folder}/${name}`).mode! & 0o777, 0o600);
  }
  Deno.writeTextFileSync(`${folder}/${name}`, '{"files":');
  assert.equal(subject.cache().get(subject.task), undefined);
});
