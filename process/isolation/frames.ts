/**
 * What host and guest say to each other. Where the guest is a bus, it sends what a host does for the bus of a module, and its host
 * what a guest does. A frame is a CBOR array: its kind, then what each kind is described with here. A message
 * comes last, so that its size can be bounded. Several frames make a batch, which is what a link carries.
 *
 * The guest isn't trusted. The host reads with {@linkcode readFrames} and checks each item; what doesn't fit is a
 * `PROTOCOL_VIOLATION`, and the end of the guest.
 */
export const PROTOCOL_VERSION = 1;

/** Kinds of frames that a guest sends. */
export const FROM_GUEST = {
  /** `version` — the first one, before any other. */
  hello: 1,
  /** `number, topic, options | null, message` */
  publish: 2,
  /** `number` — of a publish or request whose signal has fired */
  cancel: 3,
  /** `id, pattern, options` */
  subscribe: 4,
  /** `id, more, waits, taken` — deliveries wanted; loops that wait, more or fewer than told; begun of those sent ahead */
  demand: 5,
  /** `id, slot` — the step with the delivery of that slot is done, the next one is wanted */
  next: 6,
  /** `id, slot, error | null` — a loop was left with the delivery of that slot */
  leave: 7,
  /** `id` — of a subscription */
  unsubscribe: 8,
  /** `number, topic, options | null, message` */
  request: 9,
  /** `id, pattern, options` */
  handle: 10,
  /** `id` — of a handling */
  unhandle: 11,
  /** `number, message` */
  answer: 12,
  /** `number` — the handler gave undefined */
  noAnswer: 13,
  /** `number, code, message` — the handler threw */
  failure: 14,
  /** `bye` — the bus was closed */
  bye: 15,
  /** `level, text, properties` */
  log: 16,
  /** `memory` — a sign of life, and how many bytes it takes */
  pong: 17,
  /** `error | null, issues | null, abilities | null, asked` — the section is checked; what a bus can do; what it asks to be allowed */
  checked: 18,
  /** `error | null` — `init` is done, and all is heard */
  ready: 19,
  /** `error` — a task threw */
  failed: 20,
  /** `running` — so many tasks run now */
  busy: 21,
  /** Nothing goes on any more. */
  ended: 22,
  /** `error | null, name, description, kind` — the code is loaded: a `module` or `message-bus` */
  loaded: 23,
} as const;

/** Kinds of frames that a host sends. */
export const FROM_HOST = {
  /** `abilities, messageSize, keep` — answers a hello; queues are kept when the module fails */
  welcome: 64,
  /** `first, count` — publishes accepted */
  accepted: 65,
  /** `number, error` — a publish or request refused */
  refused: 66,
  /** `bytes` — so many more may be sent */
  credit: 67,
  /** `id` — a subscription or handling hears */
  ready: 68,
  /** `id, error | null` — a subscription or handling has ended */
  closed: 69,
  /** `id, slot, topic, id, headers | null, time, redelivered, message` */
  deliver: 70,
  /** `id, depth, dropped, heldUp` */
  state: 71,
  /** `number, message` — the answer to a request */
  answered: 72,
  /** `number, handling, topic, id, headers | null, time, redelivered, message` — as `deliver` from the third item on */
  ask: 73,
  /** `number` — nobody waits for that answer any more */
  abandon: 74,
  /** Wants a sign of life. */
  ping: 75,
  /** `section, id` — check the section; a bus is made with it */
  check: 76,
  /** `id` — call `init` */
  init: 77,
  /** Begin the tasks. */
  begin: 78,
  /** No new work from here on. */
  stop: 79,
  /** `error` — the bus was closed */
  end: 80,
  /** `stays` — clean up; say when that is done. One that stays may be told to `init` once more */
  finish: 81,
  /** `specifier` — load the module */
  load: 82,
} as const;

/** One frame: its kind, and what belongs to it. */
export type Frame = readonly [kind: number, ...items: readonly unknown[]];

/** Bytes that a guest may have on their way beyond what the host has dealt with. */
export const WINDOW = 1024 * 1024;

/** The longest topic, headers and all else of a frame but its message. */
export const MOST_HEAD = 64 * 1024;

/** The longest message unless a limit says otherwise, in bytes. */
export const MESSAGE_SIZE = 1024 * 1024;

/** A batch that is as long is sent before its turn is over. */
export const FULL_BATCH: number = 256 * 1024;

/** The longest batch that a guest sends whose messages have so many bytes at most. */
export function mostBatch(messageSize: number): number {
  return FULL_BATCH + messageSize + MOST_HEAD;
}
