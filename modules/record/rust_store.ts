import { CaryatidError } from "@caryatid/sdk";
import { Buffer } from "node:buffer";
import { open, readFile, unlink } from "node:fs/promises";
import type { Batch } from "./format.ts";
import { MOST_ENTRY_BYTES } from "./limits.ts";
import { tooLarge } from "./envelope.ts";
import type { Recordable } from "./recorded_message.ts";
import { rustNumbers } from "./recording_file.ts";
import { fromRustJson, toRustJson } from "./rust_json.ts";
import { storageError } from "./storage_error.ts";
import type { Store } from "./store.ts";

/** Rust's form: `0.json`, `1.json`, …, one message each and nothing about it. */
export class RustStore implements Store {
  next: number;
  readonly #folder: string;
  readonly #sync: boolean;

  private constructor(folder: string, next: number, sync: boolean) {
    this.#folder = folder;
    this.next = next;
    this.#sync = sync;
  }

  /**
   * Finds where to go on; a last file that is cut off is removed.
   *
   * Rejects with `RECORDING_DAMAGED` where a number is missing, `PERMISSION_DENIED` or `STORAGE_FAILED`.
   */
  static async open(folder: string, sync: boolean): Promise<RustStore> {
    const numbers = await rustNumbers(folder);
    const gap = numbers.findIndex((number, index) => number !== index);
    if (gap >= 0) throw gapError(folder, gap, numbers[gap]!);
    const last = numbers.length - 1;
    const torn = last >= 0 && await removeTorn(`${folder}/${last}.json`);
    return new RustStore(folder, torn ? last : last + 1, sync);
  }

  batch(): Batch {
    return new RustBatch();
  }

  /** Files are numbered as they are written: a gap would end the recording for its readers. */
  async write(_first: number, batch: Batch): Promise<void> {
    const { texts } = batch as RustBatch;
    while (texts.length > 0) {
      await this.#writeFile(`${this.#folder}/${this.next}.json`, texts[0]!);
      texts.shift();
      this.next++;
    }
  }

  async close(): Promise<void> {
    // Each file was closed when it was written.
  }

  async #writeFile(path: string, text: string): Promise<void> {
    try {
      const handle = await open(path, "w");
      try {
        await handle.writeFile(text);
        if (this.#sync) await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (cause) {
      await unlink(path).catch(() => {}); // the first error says more
      throw storageError("write to", path, cause);
    }
  }
}

class RustBatch implements Batch {
  /** Those that are not written yet. */
  readonly texts: string[] = [];
  size = 0;

  get count(): number {
    return this.texts.length;
  }

  add(_sequence: number, { topic, message }: Recordable): void {
    const text = toRustJson(message);
    const bytes = Buffer.byteLength(text);
    if (bytes > MOST_ENTRY_BYTES) throw tooLarge(topic, bytes);
    this.texts.push(text);
    this.size += bytes;
  }

  bytes(): Uint8Array {
    return Buffer.from(this.texts.join("\n"));
  }
}

async function removeTorn(path: string): Promise<boolean> {
  try {
    fromRustJson(await readFile(path, "utf8"));
    return false;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) {
      throw storageError("read", path, cause);
    }
  }
  try {
    await unlink(path);
  } catch (cause) {
    throw storageError("write to", path, cause);
  }
  return true;
}

function gapError(folder: string, gap: number, next: number): CaryatidError {
  return new CaryatidError(
    "RECORDING_DAMAGED",
    `Cannot record to ${JSON.stringify(folder)}: found ${next}.json ` +
      `and no ${gap}.json, where readers end`,
    { hint: "name another path, or move the files behind the gap away" },
  );
}
