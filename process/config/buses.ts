import { readCodeSource } from "./code_source.ts";
import type { Layers } from "./layers.ts";
import type { BusConfig } from "./process_config.ts";
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
  return ids.map((id) => readBus(id, all.item(id), layers, report));
}

function memoryBus(): BusConfig {
  return {
    id: "memory",
    className: "in-memory",
    import: undefined,
    base: undefined,
    integrity: undefined,
    path: ["message-bus", "memory"],
    settings: emptyTable(),
  };
}

function readBus(
  id: string,
  reader: TableReader,
  layers: Layers,
  report: Report,
): BusConfig {
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
  const settings = reader.rest();
  if (className === "in-memory") checkQueueSize(settings, reader);
  return {
    id,
    className: className ?? id,
    ...source,
    path,
    settings,
  };
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
