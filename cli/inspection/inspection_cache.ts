import { fileStamp, VERSION } from "@caryatid/process/internal/platform";
import type { Inspection, Task } from "./inspection.ts";
import type { InspectOptions } from "./inspector_process.ts";
import { sectionText } from "./section_text.ts";

/** Stamps of files by their paths. */
export type Stamps = ReadonlyMap<string, string>;

/** A result, and the files on which it depends. */
interface Entry {
  readonly inspection: Inspection;
  /** Indices of the list of files. */
  readonly files: readonly number[];
}

/** Content of the file of a project. */
interface Content {
  readonly files: readonly (readonly [path: string, stamp: string])[];
  readonly entries: Readonly<Record<string, Entry>>;
}

/** Maximum number of results of a project. */
const MAX_ENTRIES = 2_000;
/** Variables that change what Deno loads. */
const VARIABLES = ["JSR_URL", "NPM_CONFIG_REGISTRY", "DENO_DIR"];
/** Flags that do not change a result. */
const OTHER_FLAGS = /^--(lock=|reload|cached-only|frozen)/;
const EMPTY: Content = { files: [], entries: {} };

/**
 * Results of inspections, one file per project in the user's cache. A result is
 * valid until a file of its code, its section, or Deno changes. Failures to
 * load are not kept.
 */
export class InspectionCache {
  readonly #path: string | undefined;
  readonly #salt: string;
  readonly #content: Content;
  readonly #added = new Map<string, [Inspection, Stamps]>();
  readonly #stamps = new Map<string, string>();

  private constructor(salt: string, path: string | undefined) {
    this.#salt = salt;
    this.#path = path;
    this.#content = path === undefined ? EMPTY : read(path);
  }

  /** Reads the results of a project; none if the file is missing or invalid. */
  static async open(
    { project, flags = [] }: Pick<InspectOptions, "project" | "flags">,
    folder: string | undefined = cacheFolder(),
  ): Promise<InspectionCache> {
    const salt = JSON.stringify([
      ...[Deno.version, VERSION, import.meta.url, project],
      ...flags.filter((flag) => !OTHER_FLAGS.test(flag)),
      ...VARIABLES.map((name) => Deno.env.get(name) ?? null),
    ]);
    const path = folder && `${folder}/${await hashOf(salt)}.json`;
    return new InspectionCache(salt, path);
  }

  /** Returns the result for a task if it is still valid. */
  async get(task: Task): Promise<Inspection | undefined> {
    const entry = this.#content.entries[await this.#keyOf(task)];
    return entry && this.#isValid(entry) ? entry.inspection : undefined;
  }

  /** Returns the stamps of files as they are before an inspection. */
  stampsOf(paths: readonly string[]): Stamps {
    return new Map(paths.map((path) => [path, this.#stampOf(path)]));
  }

  /** Adds a result, unless the code could not be loaded. */
  async set(
    task: Task,
    inspection: Inspection,
    stamps: Stamps,
  ): Promise<void> {
    if (inspection.problems.some(({ code }) => code === "LOAD_FAILED")) return;
    this.#added.set(await this.#keyOf(task), [inspection, stamps]);
  }

  /** Writes the results, without those that are no longer valid. */
  save(): void {
    if (this.#path === undefined || this.#added.size === 0) return;
    const files = new Map<string, string>();
    for (const [, stamps] of this.#added.values()) {
      for (const [path, stamp] of stamps) files.set(path, stamp);
    }
    const old = Object.entries(this.#content.entries)
      .filter(([key, entry]) => !this.#added.has(key) && this.#isValid(entry))
      .slice(0, MAX_ENTRIES - this.#added.size)
      .map(([key, { inspection, files }]) =>
        [key, inspection, files.map((at) => this.#content.files[at]!)] as const
      );
    for (const [, , kept] of old) {
      for (const [path, stamp] of kept) files.set(path, stamp);
    }
    const index = new Map([...files.keys()].map((path, at) => [path, at]));
    const entryOf = (inspection: Inspection, paths: Iterable<string>) => ({
      inspection,
      files: Array.from(paths, (path) => index.get(path)!),
    });
    write(this.#path, {
      files: [...files],
      entries: Object.fromEntries([
        ...old.map(([key, inspection, kept]) => [
          key,
          entryOf(inspection, kept.map(([path]) => path)),
        ]),
        ...Array.from(this.#added, ([key, [inspection, stamps]]) => [
          key,
          entryOf(inspection, stamps.keys()),
        ]),
      ]),
    });
  }

  #isValid({ files }: Entry): boolean {
    return files.every((at) => {
      const [path, stamp] = this.#content.files[at]!;
      return this.#stampOf(path) === stamp;
    });
  }

  /**
   * Reads the stamp of each file once, because it must be older than the
   * inspection.
   */
  #stampOf(path: string): string {
    const known = this.#stamps.get(path);
    if (known !== undefined) return known;
    const stamp = fileStamp(path);
    this.#stamps.set(path, stamp);
    return stamp;
  }

  #keyOf(task: Task): Promise<string> {
    return hashOf(this.#salt + sectionText(task, "\0"));
  }
}

/** Returns undefined if the user has no folder for caches. */
function cacheFolder(): string | undefined {
  const { DENO_DIR, XDG_CACHE_HOME, HOME, LOCALAPPDATA } = Deno.env.toObject();
  const base = DENO_DIR ?? XDG_CACHE_HOME ?? (HOME && `${HOME}/.cache`) ??
    LOCALAPPDATA;
  return base && `${base}/caryatid/inspections`;
}

/** Web Crypto, because `node:crypto` takes as long to load as Deno to start. */
async function hashOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest, 0, 16).toHex();
}

function read(path: string): Content {
  try {
    const content = JSON.parse(Deno.readTextFileSync(path));
    return Array.isArray(content.files) ? content : EMPTY;
  } catch {
    return EMPTY; // missing, or from another version
  }
}

/** The results are only faster to read: without them, code is inspected. */
function write(path: string, content: Content): void {
  const temporary = `${path}.${crypto.randomUUID()}`;
  try {
    const folder = path.slice(0, path.lastIndexOf("/"));
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    Deno.writeTextFileSync(temporary, JSON.stringify(content), { mode: 0o600 });
    Deno.renameSync(temporary, path);
  } catch {
    // a full disk, or a folder that is read-only
  }
}
