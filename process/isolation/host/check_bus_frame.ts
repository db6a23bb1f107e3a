import { MOST_WAITING } from "@caryatid/sdk/bus";
import { arrived } from "../crossing_error.ts";
import { FROM_HOST } from "../frames.ts";
import { violation } from "../read_frames.ts";
import { readCount, readSlot, readText } from "./read_items.ts";

/**
 * Whether a frame of an isolated bus is one that a host of modules would send: what reads those trusts whoever sends them.
 *
 * @throws {CaryatidError} `PROTOCOL_VIOLATION` at one that says something else than its kind
 */
export function checkBusFrame(items: readonly unknown[]): void {
  switch (items[0]) {
    case FROM_HOST.deliver:
      readCount(items[1]);
      readSlot(items[2]);
      return checkDelivery(items);
    case FROM_HOST.ask:
      readCount(items[1]);
      readCount(items[2]);
      return checkDelivery(items);
    case FROM_HOST.accepted:
      if (readCount(items[2]) > MOST_WAITING) throw violation("too many");
      return void readCount(items[1]);
    case FROM_HOST.credit:
    case FROM_HOST.ready:
    case FROM_HOST.abandon:
      return void readCount(items[1]);
    case FROM_HOST.state:
      for (let i = 1; i <= 4; i++) readCount(items[i]);
      return;
    case FROM_HOST.answered:
      if (items.length !== 3) throw violation("an answer without a message");
      readCount(items[1]);
      return;
    case FROM_HOST.refused:
      readCount(items[1]);
      if (!isError(items[2])) throw violation("a refusal without an error");
      return;
    case FROM_HOST.closed:
      readCount(items[1]);
      if (items[2] !== null && !isError(items[2])) {
        throw violation("an end without an error");
      }
      return;
    case FROM_HOST.end:
      if (!isError(items[1])) throw violation("an end without an error");
      return;
    default:
      throw violation(`a frame of kind ${String(items[0])}`);
  }
}

/** From the third item on both kinds have the same. */
function checkDelivery(items: readonly unknown[]): void {
  const [, , , topic, id, headers, time, redelivered] = items;
  if (items.length !== 9) throw violation("a delivery without a message");
  readText(topic);
  readText(id);
  if (typeof time !== "number" || typeof redelivered !== "boolean") {
    throw violation("a delivery of no kind");
  }
  if (headers === null) return;
  if (typeof headers !== "object" || Array.isArray(headers)) {
    throw violation("headers of no kind");
  }
  for (const value of Object.values(headers as object)) readText(value);
}

function isError(item: unknown): boolean {
  return arrived(item) !== undefined;
}
