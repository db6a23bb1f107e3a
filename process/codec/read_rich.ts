import { Float } from "@caryatid/sdk";
import { decodeFailed } from "./decode_failed.ts";
import { readValue } from "./read_value.ts";
import type { Reader } from "./reader.ts";
import * as tags from "./rich_tags.ts";

const FLOAT32 = Symbol.for("caryatid.float32");

/** What each item of a Map or Set takes in memory besides itself, measured generously. */
const ITEM_MEMORY = 48;

/** Reads what {@linkcode writeRich} wrote, after its head. The sender is not trusted. */
export function readRich(
  reader: Reader,
  info: number,
  depth: number,
): unknown {
  const { at } = reader;
  const tag = reader.size(info);
  switch (tag) {
    case tags.DATE:
      return new Date(number(reader, depth));
    case tags.FLOAT:
      return new Float(number(reader, depth));
    case tags.FLOAT32:
      return Object.assign(new Float(number(reader, depth)), {
        [FLOAT32]: true,
      });
    case tags.BIGINT:
      return bigint(reader, depth);
    case tags.MAP_ENTRIES:
      return new Map(pairs(reader, items(reader, depth)));
    case tags.SET:
      return new Set(items(reader, depth));
    default:
      throw decodeFailed(at - 1, `the tag ${tag}, wanted one of this bridge`);
  }
}

function number(reader: Reader, depth: number): number {
  const { at } = reader;
  const value = readValue(reader, depth);
  if (typeof value === "number") return value;
  throw decodeFailed(at, `a tagged ${typeof value}, wanted a number`);
}

function bigint(reader: Reader, depth: number): bigint {
  const { at } = reader;
  const value = readValue(reader, depth);
  if (typeof value === "bigint") return value;
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  throw decodeFailed(at, `a tagged ${typeof value}, wanted an integer`);
}

function items(reader: Reader, depth: number): unknown[] {
  const { at } = reader;
  const value = readValue(reader, depth);
  if (!Array.isArray(value)) {
    throw decodeFailed(at, `a tagged ${typeof value}, wanted an array`);
  }
  reader.spend(ITEM_MEMORY * value.length);
  return value;
}

function pairs(reader: Reader, items: unknown[]): [unknown, unknown][] {
  if (items.length % 2 === 1) {
    throw decodeFailed(reader.at, "a key without a value");
  }
  return Array.from(
    { length: items.length / 2 },
    (_, i) => [items[2 * i], items[2 * i + 1]],
  );
}
