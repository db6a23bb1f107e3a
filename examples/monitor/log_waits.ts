import type { MonitorSnapshot } from "@caryatid/process";
import type { Log } from "@caryatid/sdk";

/** Logs the modules that wait for a message or for room in a queue. */
export function logWaits(log: Log, { modules }: MonitorSnapshot): void {
  for (const [id, { reads, writes }] of Object.entries(modules)) {
    for (const [pattern, { pendingFor }] of Object.entries(reads)) {
      if (pendingFor === undefined) continue;
      log.info("{id} has waited {time} ms for a message on {pattern}", {
        id,
        time: Math.round(pendingFor),
        pattern,
      });
    }
    for (const [topic, { pendingFor, waitsFor }] of Object.entries(writes)) {
      for (const { module, pattern } of waitsFor) {
        log.info(
          "{id} has waited {time} ms to publish on {topic}: " +
            "{module} has {unread} messages unread on {pattern}",
          {
            id,
            time: Math.round(pendingFor ?? 0),
            topic,
            module,
            unread: modules[module]?.reads[pattern]?.unread,
            pattern,
          },
        );
      }
    }
  }
}
