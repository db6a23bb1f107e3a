import { defineModule, type Module, patternsOverlap } from "@caryatid/sdk";
import { listOf } from "../config_topics.ts";
import { TopicFilter } from "../topic_filter.ts";
import { recordConfig } from "./record_config.ts";

/**
 * Writes what passes on `topic` (`#`) to files in the folder `path`, which `playback` replays.
 *
 * Mirrors caryatid_module_record, whose files it writes with `format = "rust"`; its own forms say topic, time, sequence, id and
 * headers, too, and a restart appends.
 */
export default defineModule({
  name: "record",
  description: "Records messages to files",
  config: recordConfig,
  permissions: ({ path }) => ({ read: [path], write: [path] }),
  topics: ({ topic }) => ({ subscribe: listOf(topic) }),
  async init(context, config) {
    const patterns = [...new Set(listOf(config.topic))];
    // Before anything is awaited: what is published from here on is heard.
    const subscriptions = patterns.map((pattern) =>
      context.subscribe(pattern, { queueSize: config["queue-size"] })
    );
    // Loaded here: node:fs takes longer than all else, and who imports all modules may use others.
    const { openRecorder } = await import("./open_recorder.ts");
    const recorder = await openRecorder(context, config);
    let open = subscriptions.length;
    for (const [index, heard] of subscriptions.entries()) {
      const elsewhere = overlapping(heard.pattern, patterns.slice(0, index));
      // A task each: a process that stops looks which of them still have something in hand.
      context.run(async () => {
        recorder.begin();
        try {
          await recorder.record(heard, elsewhere);
        } finally {
          if (--open === 0) await recorder.close();
        }
      });
    }
  },
}) as Module;

/**
 * Finds what another subscription has heard as well. Not by the `filter` of the subscription: with that, a restart of the module
 * would cost it what waits.
 */
function overlapping(
  pattern: string,
  earlier: readonly string[],
): TopicFilter | undefined {
  const others = earlier.filter((other) => patternsOverlap(pattern, other));
  return others.length === 0 ? undefined : new TopicFilter(others);
}
