import {
  CaryatidError,
  type SchemaIssue,
  type StandardSchema,
  type WireSchema,
} from "@caryatid/sdk";
import { Buffer, isUtf8 } from "node:buffer";
import { open, readdir, readFile, stat, unlink } from "node:fs/promises";
import { storageError, systemCode } from "../storage_error.ts";
import {
  type Batch,
  MAX_ENTRY_BYTES,
  type Recordable,
  type RecordedMessage,
  type Store,
  tooLargeError,
} from "./entry.ts";
import { fromRustJson, toRustJson } from "./rust_json.ts";

/** Number of messages that are read before they are passed on. */
const BATCH = 100;

/**
 * Store in Rust's format: `0.json`, `1.json`, …, each with one message and
 * without its topic, time, id and headers.
 */
export class RustStore implements Store {
  next: number;
  readonly #folder: string;
  readonly #sync: boolean;
  readonly #schema: StandardSchema | undefined;

  private constructor(
    folder: string,
    { next, sync, schema }: Pick<RustStore, "next"> & {
      readonly sync: boolean;
      readonly schema: StandardSchema | undefined;
    },
  ) {
    this.#folder = folder;
    this.next = next;
    this.#sync = sync;
    this.#schema = schema;
  }

  /**
   * Opens the folder to continue after its last file. An incomplete last file
   * is removed. Messages are converted by `schema`.
   *
   * Rejects with `RECORDING_DAMAGED` if a number is missing,
   * `PERMISSION_DENIED` or `STORAGE_FAILED`.
   */
  static async open(
    folder: string,
    sync: boolean,
    schema?: StandardSchema,
  ): Promise<RustStore> {
    const numbers = await rustNumbers(folder);
    const gap = numbers.findIndex((number, index) => number !== index);
    if (gap >= 0) throw gapError(folder, gap, numbers[gap]!);
    const last = numbers.length - 1;
    const removed = last >= 0 &&
      await removeIncomplete(`${folder}/${last}.json`);
    const next = removed ? last : last + 1;
    return new RustStore(folder, { next, sync, schema });
  }

  batch(): Batch {
    return new RustBatch(this.#schema);
  }

  /**
   * Numbers each file when it is written: a gap would end the recording for its
   * readers.
   */
  async write(_first: number, batch: Batch): Promise<void> {
    const { texts } = batch as RustBatch;
    while (texts.length > 0) {
      await this.#writeFile(`${this.#folder}/${this.next}.json`, texts[0]!);
      texts.shift();
      this.next++;
    }
  }

  async close(): Promise<void> {
    // Each file is closed after its write.
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
  readonly #schema: StandardSchema | undefined;
  /** Messages that are not written yet. */
  readonly texts: string[] = [];
  size = 0;

  constructor(schema: StandardSchema | undefined) {
    this.#schema = schema;
  }

  get count(): number {
    return this.texts.length;
  }

  add(_sequence: number, { topic, message }: Recordable): void {
    const text = toRustJson(converted(message, this.#schema));
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_ENTRY_BYTES) throw tooLargeError(topic, bytes);
    this.texts.push(text);
    this.size += bytes;
  }

  bytes(): Uint8Array {
    return Buffer.from(this.texts.join("\n"));
  }
}

/**
 * Returns a message as Rust writes it, if the schema knows how.
 *
 * @throws {CaryatidError} `NOT_ENCODABLE` if the message does not fit the
 * schema
 */
function converted(
  message: unknown,
  schema: StandardSchema | undefined,
): unknown {
  const wire = (schema as Partial<WireSchema> | undefined)?.["~wire"];
  if (wire?.toJson === undefined) return message;
  const result = wire.toJson(message);
  if (result.issues === undefined) return result.value;
  const [{ message: found, path = [] }] = result.issues as [SchemaIssue];
  const where = path.length > 0 ? ` at ${path.join(".")}` : "";
  throw new CaryatidError(
    "NOT_ENCODABLE",
    `Cannot record a message${where}: ${found}`,
  );
}

/** Receives a file that is not a message. Throws, or skips the file. */
type OnDamage = (path: string, found: string, cause?: unknown) => void;

/**
 * Reads `0.json`, `1.json`, … of Rust's recorder, up to the first missing
 * number, the normal end.
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
        // The last file is incomplete if its writer was killed.
        if (await isMissing(`${folder}/${number + 1}.json`)) break;
        onDamage(path, message.found, message.cause);
      }
      if (found.length < BATCH) continue;
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
      if (size <= MAX_ENTRY_BYTES) return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return "missing";
    throw storageError("read", path, cause);
  }
  onDamage(path, `more than ${MAX_ENTRY_BYTES} bytes`);
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

/** Returns the numbers of `0.json`, `1.json`, … in `folder`, ascending. */
async function rustNumbers(folder: string): Promise<number[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw storageError("read", folder, cause);
  }
  return names.map((name) => /^(0|[1-9]\d{0,14})\.json$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

async function removeIncomplete(path: string): Promise<boolean> {
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
      `and no ${gap}.json, where readers stop`,
    { hint: "Name another path, or move the files after the gap away." },
  );
}
