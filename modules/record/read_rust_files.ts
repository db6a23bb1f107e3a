import { open, stat } from "node:fs/promises";
import { isUtf8 } from "node:buffer";
import { MOST_ENTRY_BYTES } from "./limits.ts";
import { fromRustJson } from "./rust_json.ts";
import type { RecordedMessage } from "./recorded_message.ts";
import { storageError, systemCode } from "./storage_error.ts";

const TOGETHER = 100;

/** Hears of a file that is no message. Throws, or has it left out. */
type OnDamage = (path: string, found: string, cause?: unknown) => void;

/**
 * Reads `0.json`, `1.json`, … of Rust's recorder, up to the first number that is missing: that is its normal end.
 */
export async function* readRustFiles(
  folder: string,
  onDamage: OnDamage,
): AsyncGenerator<readonly RecordedMessage[], void> {
  let found: RecordedMessage[] = [];
  try {
    for (let number = 0;; number++) {
      const path = `${folder}/${number}.json`;
      const bytes = await readWhole(path, onDamage);
      if (bytes === "missing") break;
      const message = bytes && parse(bytes);
      if (message && "value" in message) {
        found.push(asMessage(number, message.value));
      } else if (message) {
        // The last one is cut off where its writer was killed.
        if (await isMissing(`${folder}/${number + 1}.json`)) break;
        onDamage(path, message.found, message.cause);
      }
      if (found.length < TOGETHER) continue;
      yield found;
      found = [];
    }
  } catch (error) {
    if (found.length > 0) yield found;
    throw error;
  }
  if (found.length > 0) yield found;
}

async function readWhole(
  path: string,
  onDamage: OnDamage,
): Promise<Uint8Array | "missing" | undefined> {
  try {
    const handle = await open(path, "r");
    try {
      const { size } = await handle.stat();
      if (size <= MOST_ENTRY_BYTES) return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return "missing";
    throw storageError("read", path, cause);
  }
  onDamage(path, `more than ${MOST_ENTRY_BYTES} bytes`);
  return undefined;
}

function parse(
  bytes: Uint8Array,
): { value: unknown } | { found: string; cause?: unknown } {
  if (!isUtf8(bytes)) return { found: "text that is not UTF-8" };
  try {
    return { value: fromRustJson(new TextDecoder().decode(bytes)) };
  } catch (cause) {
    return { found: "text that is not JSON", cause };
  }
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return true;
    throw storageError("read", path, cause);
  }
}

function asMessage(sequence: number, message: unknown): RecordedMessage {
  return {
    sequence,
    time: undefined,
    topic: undefined,
    id: undefined,
    headers: {},
    message,
  };
}
