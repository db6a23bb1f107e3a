import type { MonitorSnapshot } from "./snapshot.ts";

/**
 * Counts the reads and writes of each module, and finds the modules that others
 * wait for.
 *
 * Mirrors the monitor of caryatid_process, which knows classes instead of ids,
 * and no queues.
 *
 * @example The full queue that a publisher waits for
 * ```ts
 * import { Process } from "@caryatid/process";
 * import { defineModule } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * const slow = defineModule({
 *   name: "slow",
 *   init(context) {
 *     context.subscribe("work.#", { queueSize: 1 }); // and never read it
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
  /** True if the configuration has a `[monitor]`. */
  readonly enabled: boolean;
  /**
   * Number of snapshots that were not published, because the bus had no room or
   * rejected them.
   */
  readonly dropped: number;
  /**
   * Returns the counts as they are now; without modules if the monitor is off.
   */
  snapshot(): MonitorSnapshot;
}

/**
 * Monitor of a process whose configuration has no `[monitor]`. It counts
 * nothing.
 */
export const OFF: Monitor = {
  enabled: false,
  dropped: 0,
  snapshot: () => ({ time: Date.now(), modules: Object.create(null) }),
};
