import { CaryatidError } from "@caryatid/sdk";
import { ARRAY, infoOf, majorType } from "../codec/items.ts";
import { readValue } from "../codec/read_value.ts";
import { Reader } from "../codec/reader.ts";

/** No kind of frame has as many items. */
const MOST_ITEMS = 16;

/**
 * Calls `each` with the items of every frame of a batch, and the bytes it took.
 *
 * @throws {CaryatidError} `PROTOCOL_VIOLATION` at the first byte that isn't part of a frame; those before it were dealt with
 */
export function readFrames(
  batch: Uint8Array,
  each: (items: unknown[], bytes: number) => void,
): void {
  const reader = new Reader(batch, true);
  while (reader.left > 0) {
    const start = reader.at;
    const items = readItems(reader);
    each(items, reader.at - start);
  }
}

function readItems(reader: Reader): unknown[] {
  const initial = reader.initial();
  const length = infoOf(initial);
  if (majorType(initial) !== ARRAY || length === 0 || length > MOST_ITEMS) {
    throw violation("bytes that are no frame");
  }
  try {
    const items: unknown[] = new Array(length);
    for (let i = 0; i < length; i++) items[i] = readValue(reader, 0);
    return items;
  } catch (cause) {
    throw violation(
      cause instanceof Error ? cause.message : String(cause),
      cause,
    );
  }
}

/** The error for what no guest that keeps the protocol sends. */
export function violation(found: string, cause?: unknown): CaryatidError {
  return new CaryatidError(
    "PROTOCOL_VIOLATION",
    `Cannot go on with the guest: it sent what the bridge doesn't know (${found})`,
    {
      cause,
      hint: "its code works around the SDK; don't run it, or isolate it better",
    },
  );
}
