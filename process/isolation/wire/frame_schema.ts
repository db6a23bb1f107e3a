import type { HandleOptions, SubscribeOptions } from "@caryatid/sdk";
import { BUDGETS, MAX_DEMAND, MAX_SLOTS } from "./budgets.ts";
import { FROM_GUEST, FROM_HOST, MOST_HEAD } from "./frames.ts";
import { violation } from "./protocol_errors.ts";

/** Options of a publish or request as they cross the bridge. */
export interface SentOptions {
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeout?: number;
  /** True if the guest may cancel the call. */
  readonly cancel?: true;
}

/** Options of a subscription as they cross the bridge. */
export type CrossingSubscribeOptions = Pick<
  SubscribeOptions,
  "group" | "queueSize" | "overflow" | "retry"
>;

/** Options of a handling as they cross the bridge. */
export type CrossingHandleOptions = Pick<HandleOptions, "retry"> & {
  readonly concurrency: number;
};

/** Returns true if an item has the wanted form. */
type Check = (item: unknown) => boolean;

/**
 * Maximum length of a topic or pattern, in UTF-16 units. The bus counts bytes.
 */
const MAX_TOPIC = 255;
/** Maximum length of the name or description of a module. */
const MAX_WORDS = 4096;
/** Maximum length of each text of an error. */
const MAX_ERROR_TEXT = 65_536;
/** Maximum number of problems in a section, and of steps in a path. */
const MAX_ISSUES = 1000;

const LEVELS = ["debug", "info", "warn", "error"];

const anything: Check = () => true;
const flag: Check = (item) => typeof item === "boolean";
const number: Check = (item) => typeof item === "number";
/** A whole number that only ever grows, such as the id of a subscription. */
const count = whole(0, Number.MAX_SAFE_INTEGER);
const slot = whole(0, MAX_SLOTS - 1);
const topic = text(MAX_TOPIC);
const words = text(MAX_WORDS);
const headText = text(MOST_HEAD);
const errorText = text(MAX_ERROR_TEXT);
const headers = orNull(map(headText));
const failure = table({ code: errorText, message: errorText }, true);
const error: Check = (item) =>
  Array.isArray(item) && (item.length === 4 || item.length === 5) &&
  errorText(item[0]) && errorText(item[1]) &&
  (item[2] === null || errorText(item[2])) &&
  (item[3] === null || failure(item[3]));
const retry = table({ attempts: number, backoff: optional(number) });
const issue = table({
  message: errorText,
  path: list((step) => number(step) || errorText(step)),
  unknown: optional((item) => item === true),
});

const sentOptions = orNull(table({
  id: optional(headText),
  headers: optional(map(headText)),
  timeout: optional(number),
  cancel: optional((item) => item === true),
}));
const subscribeOptions = table({
  group: optional(headText),
  queueSize: optional(number),
  overflow: optional(text(32)),
  retry: optional(retry),
});
const handleOptions = table({ concurrency: number, retry });

const delivery = [topic, headText, headers, number, flag, anything];

type Frames = readonly (readonly [kind: number, checks: readonly Check[]])[];

/** Items of the frames that a guest sends about itself, after their kind. */
const OWN_FRAMES: Frames = [
  [FROM_GUEST.log, [
    (item) => LEVELS.includes(item as string),
    words,
    map(anything),
  ]],
  [FROM_GUEST.pong, [count, count]],
  [FROM_GUEST.checked, [
    orNull(error),
    orNull(list(issue)),
    anything,
    anything,
  ]],
  [FROM_GUEST.ready, [orNull(error)]],
  [FROM_GUEST.failed, [error]],
  [FROM_GUEST.busy, [whole(0, MAX_DEMAND)]],
  [FROM_GUEST.ended, []],
  [FROM_GUEST.loaded, [orNull(error), words, words, text(16)]],
];

const MODULE_FRAMES: ReadonlyMap<number, readonly Check[]> = new Map([
  ...OWN_FRAMES,
  [FROM_GUEST.publish, [count, topic, sentOptions, anything]],
  [FROM_GUEST.cancel, [count]],
  [FROM_GUEST.subscribe, [count, topic, subscribeOptions]],
  [FROM_GUEST.demand, [
    count,
    whole(0, MAX_DEMAND),
    whole(-MAX_DEMAND, MAX_DEMAND),
    whole(0, MAX_DEMAND),
  ]],
  [FROM_GUEST.next, [count, slot]],
  [FROM_GUEST.leave, [count, slot, orNull(error)]],
  [FROM_GUEST.reject, [count, slot, error, orNull(count)]],
  [FROM_GUEST.unsubscribe, [count]],
  [FROM_GUEST.request, [count, topic, sentOptions, anything]],
  [FROM_GUEST.handle, [count, topic, handleOptions]],
  [FROM_GUEST.unhandle, [count]],
  [FROM_GUEST.answer, [count, anything]],
  [FROM_GUEST.noAnswer, [count]],
  [FROM_GUEST.failure, [count, failure]],
  [FROM_GUEST.bye, []],
  [FROM_GUEST.kept, [
    orNull(error),
    orNull((item) => Array.isArray(item) && item.length === 1),
  ]],
]);

const BUS_FRAMES: ReadonlyMap<number, readonly Check[]> = new Map([
  ...OWN_FRAMES,
  [FROM_HOST.deliver, [count, slot, ...delivery]],
  [FROM_HOST.ask, [count, count, ...delivery]],
  [FROM_HOST.accepted, [count, whole(1, BUDGETS.publishes)]],
  [FROM_HOST.refused, [count, error]],
  [FROM_HOST.credit, [count]],
  [FROM_HOST.ready, [count]],
  [FROM_HOST.closed, [count, orNull(error)]],
  [FROM_HOST.state, [count, count, count, count]],
  [FROM_HOST.answered, [count, anything]],
  [FROM_HOST.abandon, [count, error]],
  [FROM_HOST.end, [error]],
]);

/**
 * Checks that a frame of a guest that runs a module has the items of its kind,
 * each within its bounds.
 *
 * @throws {CaryatidError} `PROTOCOL_VIOLATION`
 */
export function checkModuleFrame(items: readonly unknown[]): void {
  check(MODULE_FRAMES, items);
}

/**
 * Checks a frame of a guest that runs a bus as `checkModuleFrame` does.
 *
 * @throws {CaryatidError} `PROTOCOL_VIOLATION`
 */
export function checkBusFrame(items: readonly unknown[]): void {
  check(BUS_FRAMES, items);
}

function check(
  frames: ReadonlyMap<number, readonly Check[]>,
  items: readonly unknown[],
): void {
  const kind = items[0] as number;
  const checks = frames.get(kind);
  if (checks === undefined) throw violation(`a frame of kind ${String(kind)}`);
  if (items.length !== checks.length + 1) {
    throw violation(`a frame of kind ${kind} with ${items.length} items`);
  }
  for (let i = 0; i < checks.length; i++) {
    if (checks[i]!(items[i + 1])) continue;
    throw violation(`a frame of kind ${kind} whose item ${i + 1} is wrong`);
  }
}

function whole(least: number, most: number): Check {
  return (item) =>
    Number.isSafeInteger(item) && item as number >= least &&
    item as number <= most;
}

function text(maxLength: number): Check {
  return (item) => typeof item === "string" && item.length <= maxLength;
}

function orNull(check: Check): Check {
  return (item) => item === null || check(item);
}

function optional(check: Check): Check {
  return (item) => item === undefined || check(item);
}

function list(check: Check): Check {
  return (item) =>
    Array.isArray(item) && item.length <= MAX_ISSUES && item.every(check);
}

function map(check: Check): Check {
  return (item) => isTable(item) && Object.values(item).every(check);
}

/** An object with these keys, and no others unless it is `open`. */
function table(checks: Readonly<Record<string, Check>>, open = false): Check {
  const entries = Object.entries(checks);
  return (item) => {
    if (!isTable(item)) return false;
    let known = 0;
    for (const [key, check] of entries) {
      if (!check(item[key])) return false;
      if (Object.hasOwn(item, key)) known++;
    }
    return open || Object.keys(item).length === known;
  };
}

function isTable(item: unknown): item is Record<string, unknown> {
  return typeof item === "object" && item !== null &&
    Object.getPrototypeOf(item) === Object.prototype;
}
