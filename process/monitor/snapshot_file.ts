import { CaryatidError, type Log } from "@caryatid/sdk";
import { platform } from "../platform.ts";
import { Bursts } from "./bursts.ts";
import { rustText } from "./rust_form.ts";
import type { MonitorSnapshot } from "./snapshot.ts";

/** What is written, before it takes the place of the file: in the same folder, since only there that is one step. */
const UNFINISHED = ".tmp";

/** The file of `[monitor] output`. Whoever reads it finds a whole snapshot, whenever that is. */
export class SnapshotFile {
  readonly #path: string;
  readonly #bursts: Bursts;
  #next: MonitorSnapshot | undefined;
  #writing: Promise<void> | undefined;

  /** Nothing is written yet. */
  constructor(path: string, log: Log) {
    this.#path = path;
    this.#bursts = new Bursts(log, `write "${path}"`);
  }

  /**
   * Says what it may not do.
   *
   * @throws {CaryatidError} `PERMISSION_DENIED`
   */
  check(): void {
    const path = this.#path;
    const denied = (["read", "write"] as const).filter((name) =>
      [path, path + UNFINISHED].some((path) =>
        !platform.isGranted({ name, path })
      )
    );
    if (denied.length === 0) return;
    const flags = denied.map((name) => `--allow-${name}=${folderOf(path)}`);
    throw new CaryatidError(
      "PERMISSION_DENIED",
      `Cannot write [monitor] output "${path}": found no permission, wanted ` +
        "to read and write its folder",
      { hint: `run with ${flags.join(" ")}` },
    );
  }

  /**
   * Replaces the file, and resolves when that is done. While an earlier snapshot is written, only the last one of those that come
   * waits. What fails is logged.
   */
  write(snapshot: MonitorSnapshot): Promise<void> {
    this.#next = snapshot;
    return this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      await this.#replace(next);
    }
    this.#writing = undefined;
  }

  #take(): MonitorSnapshot | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next;
  }

  async #replace(snapshot: MonitorSnapshot): Promise<void> {
    try {
      const unfinished = this.#path + UNFINISHED;
      await platform.replaceFile(this.#path, unfinished, rustText(snapshot));
      this.#bursts.done();
    } catch (error) {
      this.#bursts.failed(error);
    }
  }
}

function folderOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return end < 0 ? "." : path.slice(0, end) || "/";
}
