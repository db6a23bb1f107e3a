import type { MonitorSnapshot } from "../monitor/snapshot.ts";

/**
 * Snapshot of a process in which every field has a value and a publisher waits
 * for a slow module.
 */
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
          durations: { counts: [1, 0, 1, ...Array(11).fill(0)], sum: 4.5 },
        },
      }),
      handlings: table({}),
    },
    slow: {
      reads: table({
        "sample.#": {
          read: 1,
          unread: 2,
          inFlight: 1,
          inFlightFor: 1_500,
          pendingFor: undefined,
          waitingPublishers: 1,
          dropped: 4,
          redelivered: 1,
          retried: 2,
          rate: 1 / 3,
          groups: ["workers"],
        },
        "quiet\n*": {
          read: 0,
          unread: 0,
          inFlight: 0,
          inFlightFor: undefined,
          pendingFor: 60_000,
          waitingPublishers: 0,
          dropped: 0,
          redelivered: 0,
          retried: 0,
          rate: 0,
          groups: [],
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
