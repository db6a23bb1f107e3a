import { readCodeSource } from "./code_source.ts";
import { readIsolation } from "./isolation.ts";
import type { Layers } from "./layers.ts";
import { DEFAULT_LIMITS } from "./module_limits.ts";
import type { BusConfig, IsolationConfig } from "./process_config.ts";
import type { Report } from "./report.ts";
import type { TableReader } from "./table_reader.ts";
import { emptyTable } from "./tables.ts";

/** Keys of Rust's buses. A bus of another class may have a use for them. */
const DEAD_KEYS = {
  workers: "leave it out: subscribers share no workers",
  "worker-queue-size": "use subscriber-queue-size",
  "request-timeout": "use request-timeout in [message-router]",
};
const STANDARD_CLASSES = ["in-memory", "rabbit-mq"];
const MAX_QUEUE = 1_000_000;

/** `[message-bus.<id>]`; if there is none, one in-memory bus. */
export async function readBuses(
  root: TableReader,
  layers: Layers,
  report: Report,
): Promise<BusConfig[]> {
  const ids = await layers.idsIn("message-bus");
  const all = root.reader("message-bus");
  if (ids.length === 0) return [memoryBus()];
  const buses: BusConfig[] = [];
  for (const id of ids) {
    buses.push(await readBus(id, all.item(id), layers, report));
  }
  return buses;
}

function memoryBus(): BusConfig {
  return {
    id: "memory",
    className: "in-memory",
    import: undefined,
    base: undefined,
    integrity: undefined,
    isolation: "none",
    permissions: undefined,
    limits: DEFAULT_LIMITS,
    path: ["message-bus", "memory"],
    settings: emptyTable(),
  };
}

async function readBus(
  id: string,
  reader: TableReader,
  layers: Layers,
  report: Report,
): Promise<BusConfig> {
  const path = ["message-bus", id];
  const className = reader.text("class");
  const source = readCodeSource(reader, layers, report);
  const isMissing = reader.value("class") === undefined &&
    source.import === undefined;
  if (isMissing && reader.isTable) {
    report.wrong([...path, "class"], undefined, "a class of bus", {
      hint: `standard classes: ${STANDARD_CLASSES.join(", ")}`,
    });
  }
  if (className !== undefined && STANDARD_CLASSES.includes(className)) {
    reader.dead(DEAD_KEYS);
  }
  const isolation = await readIsolation(reader, layers, report);
  checkIsolation(className, isolation, reader, report);
  const settings = reader.rest();
  if (className === "in-memory") checkQueueSize(settings, reader);
  return {
    id,
    className: className ?? id,
    ...source,
    ...isolation,
    path,
    settings,
  };
}

/** What nobody keeps would be worse than none. */
function checkIsolation(
  className: string | undefined,
  { isolation, permissions }: IsolationConfig,
  { path }: TableReader,
  report: Report,
): void {
  if (className === "in-memory" && isolation !== "none") {
    report.refuse(
      [...path, "isolation"],
      "found a bus in memory that is isolated, wanted it in the process, whose memory it is",
      { hint: "leave isolation out" },
    );
  }
  if (permissions && isolation === "none") {
    report.refuse(
      [...path, "permissions"],
      "found permissions of a bus that isn't isolated, and so has those of its process, wanted isolation",
      { hint: 'write isolation = "process" above it, or "worker"' },
    );
  }
}

function checkQueueSize(
  settings: Readonly<Record<string, unknown>>,
  reader: TableReader,
): void {
  const key = "subscriber-queue-size";
  const size = settings[key];
  if (size === undefined) return;
  const isWhole = typeof size === "number" && Number.isInteger(size);
  if (isWhole && size >= 1 && size <= MAX_QUEUE) return;
  reader.wrong(key, size, `a whole number, 1 to ${MAX_QUEUE}`);
}
