import {
  defineModule,
  type Module,
  patternsOverlap,
  type SubscribeOptions,
  topicMatches,
} from "@caryatid/sdk";
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
  async init(context, config) {
    const { topic } = config;
    const patterns = typeof topic === "string" ? [topic] : [...new Set(topic)];
    // Before anything is awaited: what is published from here on is heard.
    const subscriptions = patterns.map((pattern, index) =>
      context.subscribe(pattern, {
        queueSize: config["queue-size"],
        ...onceOnly(pattern, patterns.slice(0, index)),
      })
    );
    // Loaded here: node:fs takes longer than all else, and who imports all modules may use others.
    const { openRecorder } = await import("./open_recorder.ts");
    const recorder = await openRecorder(context, config);
    let open = subscriptions.length;
    for (const heard of subscriptions) {
      // A task each: a process that stops looks which of them still have something in hand.
      context.run(async () => {
        recorder.begin();
        try {
          await recorder.record(heard);
        } finally {
          if (--open === 0) await recorder.close();
        }
      });
    }
  },
}) as Module;

/** A topic that an earlier pattern matches is recorded by that. A filter is given only where it is needed: it costs a restart its queue. */
function onceOnly(
  pattern: string,
  earlier: readonly string[],
): Pick<SubscribeOptions, "filter"> {
  const overlapping = earlier.filter((other) =>
    patternsOverlap(pattern, other)
  );
  if (overlapping.length === 0) return {};
  return {
    filter: (topic) => !overlapping.some((other) => topicMatches(other, topic)),
  };
}
