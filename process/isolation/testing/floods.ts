import { Batch } from "../wire/batch.ts";
import { type Frame, FROM_GUEST } from "../wire/frames.ts";

/** Writes bytes past the SDK, and waits until they are written. */
export interface Pipes {
  /** Writes a batch to the bridge. */
  readonly bridge: (batch: Uint8Array) => void;
  /** Writes bytes to the bridge that are not a batch. */
  readonly raw: (bytes: Uint8Array) => void;
  /** Writes to the standard error. */
  readonly stderr: (bytes: Uint8Array) => void;
}

/** Frames of one batch of a flood. */
const FRAMES = 2_000;
/** Ids and numbers of a flood, above those that the SDK has used. */
const FIRST = 100_000;
const HANDLE = { concurrency: 1, retry: { attempts: 1 } };

/**
 * Floods of a hostile guest, by name. Each flood runs until the guest is ended.
 * The endless loop sends nothing: it shows what a guest that only takes
 * processor time costs its neighbors.
 */
export const FLOODS: Readonly<Record<string, (pipes: Pipes) => never>> = {
  "endless loop": () => {
    for (;;);
  },
  "closed ids": ({ bridge }) => {
    bridge(
      batchOf([FROM_GUEST.subscribe, FIRST, "a", {}], [
        FROM_GUEST.unsubscribe,
        FIRST,
      ]),
    );
    const batch = batchOf(...repeated([FROM_GUEST.unsubscribe, FIRST]));
    for (;;) bridge(batch);
  },
  "zero-length batches": ({ raw }) => {
    const zeros = new Uint8Array(65_536);
    for (;;) raw(zeros);
  },
  "empty maps": ({ bridge }) => {
    const maps = new Array(1_000_000).fill({});
    const batch = batchOf([FROM_GUEST.publish, FIRST, "a", null, maps]);
    for (;;) bridge(batch);
  },
  "subscriptions": ({ bridge }) => {
    for (let id = FIRST;; id += FRAMES) {
      bridge(batchOf(...numbered(id, (id): Frame => [
        FROM_GUEST.subscribe,
        id,
        `a.${id}.*`,
        {},
      ])));
    }
  },
  "short subscriptions": ({ bridge }) => {
    for (let id = FIRST;; id += FRAMES) {
      bridge(
        batchOf(
          ...numbered(id, (id): Frame => [
            FROM_GUEST.subscribe,
            id,
            `a.${id}`,
            {},
          ]).flatMap((open): Frame[] => [
            open,
            [FROM_GUEST.unsubscribe, open[1]],
          ]),
        ),
      );
    }
  },
  "short handlings": ({ bridge }) => {
    for (let id = FIRST;; id += FRAMES) {
      bridge(
        batchOf(
          ...numbered(id, (id): Frame => [
            FROM_GUEST.handle,
            id,
            `a.${id}`,
            HANDLE,
          ]).flatMap((open): Frame[] => [
            open,
            [FROM_GUEST.unhandle, open[1]],
          ]),
        ),
      );
    }
  },
  "cancelled requests": ({ bridge }) => {
    bridge(batchOf([FROM_GUEST.handle, FIRST, "never", HANDLE]));
    for (let number = FIRST;; number += FRAMES) {
      bridge(
        batchOf(
          ...numbered(number, (number): Frame => [
            FROM_GUEST.request,
            number,
            "never",
            null,
            1,
          ]).flatMap((request): Frame[] => [
            request,
            [FROM_GUEST.cancel, request[1]],
          ]),
        ),
      );
    }
  },
  "requests without a handler": ({ bridge }) => {
    for (let number = FIRST;; number += FRAMES) {
      bridge(batchOf(...numbered(number, (number): Frame => [
        FROM_GUEST.request,
        number,
        "unhandled",
        null,
        1,
      ])));
    }
  },
  "invalid topics": ({ bridge }) => {
    for (let number = FIRST;; number += FRAMES) {
      bridge(batchOf(...numbered(number, (number): Frame => [
        FROM_GUEST.publish,
        number,
        "a\n",
        null,
        1,
      ])));
    }
  },
  "next": ({ bridge }) => {
    bridge(batchOf([FROM_GUEST.subscribe, FIRST, "a", { group: "g" }]));
    for (;;) {
      bridge(batchOf(...numbered(0, (slot): Frame => [
        FROM_GUEST.next,
        FIRST,
        slot,
      ])));
    }
  },
  "pending requests": ({ bridge }) => {
    bridge(batchOf([FROM_GUEST.handle, FIRST, "never", HANDLE]));
    for (let number = FIRST;; number += FRAMES) {
      bridge(batchOf(...numbered(number, (number): Frame => [
        FROM_GUEST.request,
        number,
        "never",
        null,
        1,
      ])));
    }
  },
  "logs": ({ bridge }) => {
    const batch = batchOf(...repeated([FROM_GUEST.log, "info", "flood", {}]));
    for (;;) bridge(batch);
  },
  "stderr": ({ stderr }) => {
    const lines = new TextEncoder().encode("flood\n".repeat(10_000));
    for (;;) stderr(lines);
  },
  "huge frames": ({ bridge }) => {
    const message = new Uint8Array(1024 * 1024 - 16);
    for (let number = FIRST;; number++) {
      bridge(batchOf([FROM_GUEST.publish, number, "a", null, message]));
    }
  },
  "timers": ({ bridge }) => {
    bridge(batchOf([FROM_GUEST.handle, FIRST, "never", HANDLE]));
    for (let number = FIRST;; number += FRAMES) {
      bridge(batchOf(...numbered(number, (number): Frame => [
        FROM_GUEST.request,
        number,
        "never",
        { timeout: 1 + number % 50 },
        1,
      ])));
    }
  },
};

function repeated(frame: Frame): Frame[] {
  return new Array(FRAMES).fill(frame);
}

function numbered(first: number, frame: (number: number) => Frame): Frame[] {
  return Array.from({ length: FRAMES }, (_, i) => frame(first + i));
}

function batchOf(...frames: readonly Frame[]): Uint8Array {
  const batch = new Batch();
  for (const frame of frames) batch.add(frame);
  return batch.take();
}
