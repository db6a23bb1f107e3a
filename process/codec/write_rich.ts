import { Fault, faultIn } from "./fault.ts";
import { ARRAY, TAG } from "./items.ts";
import { MOST_DEPTH } from "./limits.ts";
import * as tags from "./rich_tags.ts";
import { tooDeep, writeValue } from "./write_value.ts";
import type { Writer } from "./writer.ts";

// Not those of the value: it may have its own, which give anything.
const { getTime } = Date.prototype;
const { valueOf } = Number.prototype;
const { forEach: eachEntry } = Map.prototype;
const { forEach: eachItem } = Set.prototype;
const FLOAT32 = Symbol.for("caryatid.float32");

/** Writes a Date, a Float, a Map or a Set so that the other side has it again. Says whether it was one of them. */
export function writeRich(
  writer: Writer,
  value: object,
  depth: number,
): boolean {
  if (value instanceof Date) {
    const time = getTime.call(value);
    if (Number.isNaN(time)) throw new Fault("it is an invalid Date");
    writer.head(TAG, tags.DATE);
    writer.float(time);
  } else if (value instanceof Number) {
    writer.head(TAG, FLOAT32 in value ? tags.FLOAT32 : tags.FLOAT);
    writer.float(valueOf.call(value));
  } else if (value instanceof Map) {
    const items: unknown[] = [];
    eachEntry.call(value, (item, key) => items.push(key, item));
    writeItems(writer, tags.MAP_ENTRIES, value, items, depth);
  } else if (value instanceof Set) {
    const items: unknown[] = [];
    eachItem.call(value, (item) => items.push(item));
    writeItems(writer, tags.SET, value, items, depth);
  } else {
    return false;
  }
  return true;
}

function writeItems(
  writer: Writer,
  tag: number,
  container: object,
  items: readonly unknown[],
  depth: number,
): void {
  if (depth === MOST_DEPTH) throw tooDeep(container);
  writer.head(TAG, tag);
  writer.head(ARRAY, items.length);
  let index = 0;
  try {
    for (; index < items.length; index++) {
      writeValue(writer, items[index], depth + 1);
    }
  } catch (thrown) {
    throw faultIn(container, index, thrown);
  }
}
