import { CaryatidError, type Log } from "@caryatid/sdk";
import { platform } from "../platform/deno.ts";
import { FailureLog } from "./failure_log.ts";
import { rustText } from "./rust_form.ts";
import type { MonitorSnapshot } from "./snapshot.ts";

/**
 * Suffix of the file that is written and then renamed. It is in the same
 * folder, where a rename is atomic.
 */
const UNFINISHED = ".tmp";

/** File of `[monitor] output`. A reader always finds a whole snapshot. */
export class SnapshotFile {
  readonly #path: string;
  readonly #failures: FailureLog;
  #next: MonitorSnapshot | undefined;
  #writing: Promise<void> | undefined;

  /** Writes nothing yet. */
  constructor(path: string, log: Log) {
    this.#path = path;
    this.#failures = new FailureLog(log, `write "${path}"`);
  }

  /**
   * Checks the permissions to write the file.
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
      `Cannot write [monitor] output "${path}": found no permission; expected ` +
        "to read and write its folder",
      { hint: `Run with ${flags.join(" ")}.` },
    );
  }

  /**
   * Replaces the file, and resolves when that is done. While an earlier
   * snapshot is being written, only the latest one waits. Failures are logged.
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
      this.#failures.succeeded();
    } catch (error) {
      this.#failures.failed(error);
    }
  }
}

function folderOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return end < 0 ? "." : path.slice(0, end) || "/";
}
