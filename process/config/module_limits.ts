import type { Isolation, ModuleLimits } from "./process_config.ts";
import type { Report } from "./report.ts";
import type { TableReader } from "./table_reader.ts";

const MIB = 1024 * 1024;
const MEMORY_MIB = 256;
const START_SECONDS = 10;
const HEARTBEAT_SECONDS = 3;

/** `[module.<id>.limits]`, of the module that `reader` reads. */
export function readLimits(
  reader: TableReader,
  isolation: Isolation,
  report: Report,
): ModuleLimits {
  const limits = reader.reader("limits");
  checkUse(limits, isolation, report);
  const read = {
    memory: limits.whole("memory", MEMORY_MIB, [1, 1_048_576]) * MIB,
    startDeadline: limits.seconds("start-deadline", START_SECONDS),
    publishRate: limits.whole("publish-rate", 0, [0, 1_000_000_000]),
    messageSize: limits.whole("message-size", MIB, [1, 1024 * MIB]),
    heartbeat: limits.seconds("heartbeat", HEARTBEAT_SECONDS),
  };
  limits.end();
  return read;
}

/** A limit that nobody keeps would be worse than none. */
function checkUse(
  limits: TableReader,
  isolation: Isolation,
  report: Report,
): void {
  if (isolation === "none" && Object.keys(limits.table).length > 0) {
    report.notice(
      limits.path,
      "found limits of a module that isn't isolated, which nobody keeps, wanted isolation",
      { hint: 'write isolation = "process" above it, or "worker"' },
    );
  }
  if (isolation === "worker" && limits.value("memory") !== undefined) {
    report.refuse(
      [...limits.path, "memory"],
      "found a limit that a worker can't have: its memory is the process's own, " +
        'wanted isolation = "process"',
    );
  }
}
