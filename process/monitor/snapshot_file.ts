import { CaryatidError, type Log } from "@caryatid/sdk";
import { Bursts } from "./bursts.ts";
import { rustText } from "./rust_form.ts";
import type { MonitorSnapshot } from "./snapshot.ts";

/** What is written, before it takes the place of the file: in the same folder, since only there that is one step. */
const UNFINISHED = ".tmp";

/** The file of `[monitor] output`. Whoever reads it finds a whole snapshot, whenever that is. */
export class SnapshotFile {
  readonly #path: string;
  readonly #bursts: Bursts;
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
        Deno.permissions.querySync({ name, path }).state !== "granted"
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

  /** Replaces the file. Where the last time isn't over, this one is left out; what fails is logged. */
  write(snapshot: MonitorSnapshot): void {
    this.#writing ??= this.#replace(snapshot).finally(() => {
      this.#writing = undefined;
    });
  }

  /** Replaces the file once more, and waits for that. */
  async writeLast(snapshot: MonitorSnapshot): Promise<void> {
    await this.#writing;
    await this.#replace(snapshot);
  }

  async #replace(snapshot: MonitorSnapshot): Promise<void> {
    try {
      const unfinished = this.#path + UNFINISHED;
      await Deno.writeTextFile(unfinished, rustText(snapshot));
      await Deno.rename(unfinished, this.#path);
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
