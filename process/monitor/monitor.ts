import type { MonitorSnapshot } from "./snapshot.ts";

/**
 * Who reads and writes what in a process, and who waits for whom.
 *
 * Mirrors the monitor of caryatid_process, which knows classes, not ids, and no queues.
 *
 * @example Whose full queue a publisher waits for
 * ```ts
 * import { Process } from "@caryatid/process";
 * import { defineModule } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * const slow = defineModule({
 *   name: "slow",
 *   init(context) {
 *     context.subscribe("work.#", { queueSize: 1 }); // and nobody reads it
 *   },
 * });
 *
 * await using process = await Process.create({
 *   config: { module: { slow: {} }, monitor: {}, log: { level: "error" } },
 *   modules: [slow],
 * });
 * await process.start();
 * await process.context.publish("work.easy", 1);
 * process.context.publish("work.hard", 2); // waits for room
 *
 * const { modules } = process.monitor.snapshot();
 * assert.equal(modules.slow?.reads["work.#"]?.unread, 1);
 * assert.deepEqual(modules.process?.writes["work.hard"]?.waitsFor, [
 *   { module: "slow", pattern: "work.#" },
 * ]);
 * ```
 */
export interface Monitor {
  /** Whether it is on: whether the configuration has a `[monitor]`. */
  readonly enabled: boolean;
  /** Snapshots that weren't published, since the bus had no room or refused them. */
  readonly dropped: number;
  /** What is known at this moment; no modules where it is off. */
  snapshot(): MonitorSnapshot;
}

/** The monitor of a process whose configuration has no `[monitor]`: nothing is counted. */
export const OFF: Monitor = {
  enabled: false,
  dropped: 0,
  snapshot: () => ({ time: Date.now(), modules: Object.create(null) }),
};
