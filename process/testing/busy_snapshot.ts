import type { MonitorSnapshot } from "../monitor/snapshot.ts";

/** A publisher that waits for a slow module, in a process where every field has something to say. */
export const BUSY: MonitorSnapshot = {
  time: 1_795_508_400_123.4,
  modules: table({
    publisher: {
      reads: table({}),
      writes: table({
        "sample.test": {
          written: 3,
          failed: 1,
          waiting: 1,
          pendingFor: 902.1,
          waitsFor: [{ module: "slow", pattern: "sample.#" }],
          rate: 1.25,
        },
        ["__proto__"]: {
          written: 1,
          failed: 0,
          waiting: 0,
          pendingFor: undefined,
          waitsFor: [],
          rate: 2,
        },
      }),
      requests: table({
        ask: {
          count: 3,
          pending: 1,
          pendingFor: 0.0123,
          failed: { NO_HANDLER: 2 },
        },
      }),
      handlings: table({}),
    },
    slow: {
      reads: table({
        "sample.#": {
          read: 1,
          unread: 2,
          inHand: 1,
          inHandFor: 1_500,
          pendingFor: undefined,
          heldUp: 1,
          dropped: 4,
          rate: 1 / 3,
        },
        "quiet\n*": {
          read: 0,
          unread: 0,
          inHand: 0,
          inHandFor: undefined,
          pendingFor: 60_000,
          heldUp: 0,
          dropped: 0,
          rate: 0,
        },
      }),
      writes: table({}),
      requests: table({}),
      handlings: table({ ask: { handled: 5, failed: 1, running: 2 } }),
    },
  }),
};

/** Without a prototype, as those of a monitor. */
function table<T>(fields: Record<string, T>): Record<string, T> {
  return Object.assign(Object.create(null), fields);
}
