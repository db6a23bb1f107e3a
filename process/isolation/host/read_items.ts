import type { HandleOptions, SubscribeOptions } from "@caryatid/sdk";
import { violation } from "../read_frames.ts";

/** Deliveries of one subscription that a guest may have in hand. */
const MOST_SLOTS = 4096;

/** What may stand beside a message that a guest sends. */
export interface SentOptions {
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeout?: number;
  /** Whether it may be cancelled. */
  readonly cancel?: true;
}

/** A whole number of either sign. */
export function readChange(item: unknown): number {
  if (Number.isSafeInteger(item)) return item as number;
  throw violation("something else where a whole number is wanted");
}

/** A whole number from 0. Each of these throws `PROTOCOL_VIOLATION` at anything else. */
export function readCount(item: unknown): number {
  if (Number.isSafeInteger(item) && item as number >= 0) return item as number;
  throw violation(`a ${typeof item} where a number is wanted`);
}

/** Which of the deliveries in hand. */
export function readSlot(item: unknown): number {
  const slot = readCount(item);
  if (slot < MOST_SLOTS) return slot;
  throw violation(`the slot ${slot}`);
}

/** A text. */
export function readText(item: unknown): string {
  if (typeof item === "string") return item;
  throw violation(`a ${typeof item} where a text is wanted`);
}

/** Options of a publish or request; undefined where there are none. */
export function readSentOptions(item: unknown): SentOptions | undefined {
  if (item === null) return undefined;
  const { id, headers, timeout, cancel } = readObject(item);
  return {
    ...(id !== undefined && { id: readText(id) }),
    ...(headers !== undefined && { headers: readHeaders(headers) }),
    ...(timeout !== undefined && { timeout: readNumber(timeout) }),
    ...(cancel === true && { cancel }),
  };
}

/** Those options of a subscription that cross. The bus checks their ranges. */
export function readSubscribeOptions(item: unknown): SubscribeOptions {
  const { group, queueSize, overflow, retry } = readObject(item);
  return {
    ...(group !== undefined && { group: readText(group) }),
    ...(queueSize !== undefined && { queueSize: readNumber(queueSize) }),
    ...(overflow !== undefined && { overflow: readText(overflow) as "wait" }),
    ...(retry !== undefined && { retry: readRetry(retry) }),
  };
}

/** Options of a handling. */
export function readHandleOptions(item: unknown): HandleOptions {
  const { concurrency, retry } = readObject(item);
  return {
    concurrency: readNumber(concurrency),
    retry: readRetry(retry),
  };
}

function readRetry(item: unknown): { attempts: number; backoff?: number } {
  const { attempts, backoff } = readObject(item);
  return {
    attempts: readNumber(attempts),
    ...(backoff !== undefined && { backoff: readNumber(backoff) }),
  };
}

function readHeaders(item: unknown): Readonly<Record<string, string>> {
  const headers = readObject(item);
  for (const value of Object.values(headers)) readText(value);
  return headers as Record<string, string>;
}

function readNumber(item: unknown): number {
  if (typeof item === "number") return item;
  throw violation(`a ${typeof item} where a number is wanted`);
}

function readObject(item: unknown): Record<string, unknown> {
  if (typeof item === "object" && item !== null && !Array.isArray(item)) {
    return item as Record<string, unknown>;
  }
  throw violation("something else where options are wanted");
}
