import { DEFAULT_LIMITS, readCodeSource, readIsolation } from "./code_keys.ts";
import type { Layers } from "./layers.ts";
import type {
  BusConfig,
  IsolationConfig,
  Jail,
  RouteConfig,
} from "./process_config.ts";
import { type Report, TableReader } from "./table_reader.ts";
import { emptyTable, isTable, type KeyPath } from "./tables.ts";

/**
 * Keys of buses in Rust Caryatid that have no effect here. Buses of other
 * classes may use them.
 */
const DEAD_KEYS = {
  workers: "Remove it: subscribers share no workers.",
  "worker-queue-size": "Use subscriber-queue-size.",
  "request-timeout": "Use request-timeout in [message-router].",
};
const STANDARD_CLASSES = ["in-memory", "rabbit-mq"];
const MAX_QUEUE = 1_000_000;

/** Reads `[message-bus.<id>]`. Without one, there is a single in-memory bus. */
export async function readBuses(
  root: TableReader,
  layers: Layers,
  report: Report,
  jail: Jail,
): Promise<BusConfig[]> {
  const ids = await layers.idsIn("message-bus");
  const all = root.reader("message-bus");
  if (ids.length === 0) return [memoryBus()];
  const buses: BusConfig[] = [];
  for (const id of ids) {
    buses.push(await readBus(id, all.item(id), { layers, report, jail }));
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
    jail: "auto",
    permissions: undefined,
    limits: DEFAULT_LIMITS,
    path: ["message-bus", "memory"],
    settings: emptyTable(),
  };
}

async function readBus(
  id: string,
  reader: TableReader,
  { layers, report, jail }: {
    readonly layers: Layers;
    readonly report: Report;
    readonly jail: Jail;
  },
): Promise<BusConfig> {
  const path = ["message-bus", id];
  const className = reader.text("class");
  const source = readCodeSource(reader, layers, report);
  const isMissing = reader.value("class") === undefined &&
    source.import === undefined;
  if (isMissing && reader.isTable) {
    report.wrong([...path, "class"], undefined, "a class of bus", {
      hint: `Use a standard class: ${STANDARD_CLASSES.join(", ")}.`,
    });
  }
  if (className !== undefined && STANDARD_CLASSES.includes(className)) {
    reader.dead(DEAD_KEYS);
  }
  const isolation = await readIsolation(reader, layers, report, jail);
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

/** Reports keys of isolation that would have no effect. */
function checkIsolation(
  className: string | undefined,
  { isolation, permissions }: IsolationConfig,
  { path }: TableReader,
  report: Report,
): void {
  if (className === "in-memory" && isolation !== "none") {
    report.refuse(
      [...path, "isolation"],
      "found a bus in memory that is isolated; expected it in the process, whose memory it is",
      { hint: "Remove isolation." },
    );
  }
  if (permissions && isolation === "none") {
    report.refuse(
      [...path, "permissions"],
      "found permissions of a bus that is not isolated, and so has those of its process; expected isolation",
      { hint: 'Write isolation = "process" above it, or "worker".' },
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

/** Settings of `[message-router]`. */
export interface RouterConfig {
  /** Routes in file order; the first match wins. */
  readonly routes: readonly RouteConfig[];
  /** Timeout of a request, in milliseconds. */
  readonly requestTimeout: number;
}

/**
 * Reads `[message-router]`. Without routes, the only bus carries all topics.
 */
export function readRouter(
  root: TableReader,
  buses: readonly BusConfig[],
  report: Report,
): RouterConfig {
  const router = root.reader("message-router");
  const requestTimeout = router.seconds("request-timeout", 5);
  const given = router.value("route") ?? [];
  router.end();
  const path = [...router.path, "route"];
  if (!Array.isArray(given)) {
    report.wrong(path, given, "[[message-router.route]], an array of tables");
    return { routes: [], requestTimeout };
  }
  const routes = given.length === 0
    ? defaultRoute(path, buses, report)
    : new RouteReader(buses, report).read(path, given);
  return { routes, requestTimeout };
}

function defaultRoute(
  path: KeyPath,
  buses: readonly BusConfig[],
  report: Report,
): RouteConfig[] {
  const [bus, ...others] = buses;
  if (bus === undefined) return [];
  if (others.length === 0) return [{ pattern: "#", buses: [bus.id] }];
  report.refuse(path, `found no route to ${buses.length} buses; expected one`, {
    hint: 'Add [[message-router.route]] with pattern = "#" and a bus.',
  });
  return [];
}

class RouteReader {
  readonly #ids: ReadonlySet<string>;
  readonly #report: Report;

  constructor(buses: readonly BusConfig[], report: Report) {
    this.#ids = new Set(buses.map((bus) => bus.id));
    this.#report = report;
  }

  read(path: KeyPath, given: readonly unknown[]): RouteConfig[] {
    return given.map((value, index) => this.#route([...path, index], value));
  }

  #route(path: KeyPath, value: unknown): RouteConfig {
    const route = new TableReader(path, value, this.#report);
    if (!isTable(value)) return { pattern: "", buses: [] };
    const pattern = route.pattern("pattern");
    if (route.value("pattern") === undefined) {
      route.wrong("pattern", undefined, "a pattern of topics");
    }
    const buses = this.#buses([...path, "bus"], route.value("bus"));
    route.end();
    return { pattern: pattern ?? "", buses };
  }

  #buses(path: KeyPath, value: unknown): string[] {
    const ids = Array.isArray(value) ? value : [value];
    if (ids.length === 0) {
      this.#report.refuse(
        path,
        "found an empty array; expected the id of a bus",
      );
    }
    const seen = new Set<unknown>();
    return ids.map((id, index) => {
      const at = Array.isArray(value) ? [...path, index] : path;
      this.#checkBus(at, id, seen.has(id));
      seen.add(id);
      return id;
    });
  }

  #checkBus(path: KeyPath, id: unknown, again: boolean): void {
    if (again) {
      this.#report.refuse(
        path,
        "found a bus for the second time; expected once",
      );
    } else if (typeof id !== "string") {
      this.#report.wrong(path, id, "the id of a bus");
    } else if (!this.#ids.has(id)) {
      this.#report.wrong(path, id, "the id of a configured bus", {
        like: [id, this.#ids],
      });
    }
  }
}
