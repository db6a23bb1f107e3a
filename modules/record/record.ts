import {
  defineModule,
  type Module,
  patternsOverlap,
  type StandardSchema,
} from "@caryatid/sdk";
import { listOf } from "../config_topics.ts";
import { TopicFilter } from "../topic_filter.ts";
import { recordConfig } from "./record_config.ts";

/** Options of {@linkcode createRecord}. */
export interface RecordOptions {
  /** Class of the module (default: "record"). */
  readonly name?: string;
  /**
   * Schema of all messages, for `format = "rust"`. A type of
   * `@caryatid/sdk/rust` writes what Rust reads: a `char` as text, `()` as
   * null, floats with a decimal point. Without it, these look as on the wire.
   */
  readonly message?: StandardSchema;
}

/**
 * Creates the module `record` with a schema of its messages.
 *
 * @example Record for the playback of Rust
 * ```ts
 * import { createRecord } from "@caryatid/modules/record";
 * import { char, defineEnum, f64, struct, unit } from "@caryatid/sdk/rust";
 * import { testModule } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempDir();
 * const key = struct({ letter: char, weight: f64, nothing: unit });
 * const record = createRecord({ message: defineEnum({ Key: key }) });
 * const config = { path, topic: "key", format: "rust" };
 * await using test = await testModule(record, config);
 * // as serde sends it
 * await test.bus.inject("key", {
 *   Key: { letter: 120, weight: 2, nothing: [] },
 * });
 * await test.stop();
 * assert.equal(
 *   await Deno.readTextFile(`${path}/0.json`),
 *   '{"Key":{"letter":"x","weight":2.0,"nothing":null}}',
 * );
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export function createRecord(options: RecordOptions = {}): Module {
  return defineModule({
    name: options.name ?? "record",
    description: "Records messages to files",
    config: recordConfig,
    permissions: ({ path }) => ({ read: [path], write: [path] }),
    topics: ({ topic }) => ({ subscribe: listOf(topic) }),
    async init(context, config) {
      const patterns = [...new Set(listOf(config.topic))];
      // Before the first await: every message published from here on is
      // received.
      const subscriptions = patterns.map((pattern) =>
        context.subscribe(pattern, { queueSize: config["queue-size"] })
      );
      // Loaded on demand: node:fs takes long to load, and a program that
      // imports all modules may not use this one.
      const { openRecorder } = await import("./recorder.ts");
      const recorder = await openRecorder(context, config, options.message);
      let open = subscriptions.length;
      for (const [index, subscription] of subscriptions.entries()) {
        const duplicates = duplicateFilter(
          patterns.slice(0, index),
          patterns[index]!,
        );
        // A task for each subscription: a stopping process waits for those with
        // messages in flight.
        context.run(async () => {
          recorder.begin();
          try {
            await recorder.record(subscription, duplicates);
          } finally {
            if (--open === 0) await recorder.close();
          }
        });
      }
    },
  }) as Module;
}

/**
 * Records the messages on `topic` (default `#`) to files in the folder `path`,
 * which `playback` replays.
 *
 * Mirrors caryatid_module_record, whose files it writes with `format = "rust"`.
 * The other formats also contain topic, time, sequence, id and headers, and a
 * restart appends.
 */
const record: Module = createRecord();
export default record;

/**
 * Returns a filter for topics that an earlier subscription receives as well. It
 * is not the `filter` of the subscription, with which a restart of the module
 * would lose the queued messages.
 */
function duplicateFilter(
  earlier: readonly string[],
  pattern: string,
): TopicFilter | undefined {
  const others = earlier.filter((other) => patternsOverlap(pattern, other));
  return others.length === 0 ? undefined : new TopicFilter(others);
}
