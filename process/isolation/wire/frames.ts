/**
 * Version of the protocol between host and guest. A frame is a CBOR array of
 * its kind and the items that are listed here for each kind. A message comes
 * last, so that its size can be limited. Several frames make a batch, which a
 * link carries. If the guest runs a bus, it sends the frames that a host sends
 * for the bus of a module, and its host sends those of a guest.
 *
 * The guest is not trusted: the host checks each frame against its schema (see
 * `frame_schema.ts`), and ends a guest that sends another one with
 * `PROTOCOL_VIOLATION`.
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
  /**
   * `id, more, waits, begun` — deliveries wanted; change in the number of loops
   * that wait; deliveries sent ahead that have begun
   */
  demand: 5,
  /**
   * `id, slot` — the step with the delivery of that slot is done, the next one
   * is wanted
   */
  next: 6,
  /**
   * `id, slot, error | null` — a loop was left while it handled the delivery of
   * that slot
   */
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
  /** `number, failure` — the handler threw */
  failure: 14,
  /** `bye` — the bus was closed */
  bye: 15,
  /** `level, text, properties` */
  log: 16,
  /**
   * `memory, cpu` — a sign of life, with the memory of the guest in bytes and
   * the processor time that it has used in milliseconds
   */
  pong: 17,
  /**
   * `error | null, issues | null, abilities | null, asked` — the section is
   * checked; abilities of a bus; permissions that the code asks for
   */
  checked: 18,
  /** `error | null` — `init` is done, and all subscriptions are ready */
  ready: 19,
  /** `error` — a task threw */
  failed: 20,
  /** `running` — number of tasks that run */
  busy: 21,
  /** The guest has cleaned up. */
  ended: 22,
  /**
   * `error | null, name, description, kind` — the code is loaded: a `module` or
   * `message-bus`
   */
  loaded: 23,
  /**
   * `id, slot, error, attempts | null` — the delivery of that slot has failed
   * for good; number of attempts of a handler
   */
  reject: 24,
  /**
   * `error | null, [state] | null` — the state that the code keeps for its
   * successor
   */
  kept: 25,
} as const;

/** Kinds of frames that a host sends. */
export const FROM_HOST = {
  /**
   * `abilities, messageSize, keep` — answers a hello; queues are kept when the
   * module fails
   */
  welcome: 64,
  /** `first, count` — publishes accepted */
  accepted: 65,
  /** `number, error` — a publish or request refused */
  refused: 66,
  /** `bytes` — number of further bytes that may be sent */
  credit: 67,
  /** `id` — a subscription or handling is ready */
  ready: 68,
  /** `id, error | null` — a subscription or handling has ended */
  closed: 69,
  /** `id, slot, topic, id, headers | null, time, redelivered, message` */
  deliver: 70,
  /** `id, queued, dropped, waitingPublishers` */
  state: 71,
  /** `number, message` — the answer to a request */
  answered: 72,
  /**
   * `number, handling, topic, id, headers | null, time, redelivered, message` —
   * as `deliver` from the third item on
   */
  ask: 73,
  /** `number, error` — the requester no longer waits for that answer */
  abandon: 74,
  /** Asks for a sign of life. */
  ping: 75,
  /** `section, id` — check the section, and create a bus with it */
  check: 76,
  /**
   * `id, processConfig, previous` — call `init`; `previous` is an array that
   * holds the state of the replaced code, if there is one
   */
  init: 77,
  /** Start the tasks. */
  begin: 78,
  /** Start no new work. */
  stop: 79,
  /** `error` — the bus was closed */
  end: 80,
  /**
   * `stays` — clean up and send `ended`. A guest that stays may receive another
   * `init`
   */
  finish: 81,
  /** `specifier` — load the module */
  load: 82,
} as const;

/** A frame: its kind and its items. */
export type Frame = readonly [kind: number, ...items: readonly unknown[]];

/**
 * Bytes that a guest may send before the host has handled earlier ones.
 */
export const WINDOW = 1024 * 1024;

/** Maximum size of a frame without its message, in bytes. */
export const MOST_HEAD = 64 * 1024;

/** Default maximum size of a message, in bytes. */
export const MESSAGE_SIZE = 1024 * 1024;

/** Size of a batch that is sent at once, in bytes. */
export const FULL_BATCH: number = 256 * 1024;

/** Returns the maximum size of a batch of a guest, in bytes. */
export function mostBatch(messageSize: number): number {
  return FULL_BATCH + messageSize + MOST_HEAD;
}
