import type { BusConfig, RouteConfig } from "./process_config.ts";
import type { KeyPath, Report } from "./report.ts";
import { TableReader } from "./table_reader.ts";
import { isTable } from "./tables.ts";

/** What `[message-router]` says. */
export interface RouterConfig {
  /** In file order; the first match wins. */
  readonly routes: readonly RouteConfig[];
  /** In milliseconds. */
  readonly requestTimeout: number;
}

/** `[message-router]`. Without routes, the one bus carries all topics. */
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
  report.refuse(path, `found no route to ${buses.length} buses, wanted one`, {
    hint: `add [[message-router.route]] with pattern = "#" and a bus`,
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
      this.#report.refuse(path, "found an empty array, wanted the id of a bus");
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
      this.#report.refuse(path, "found a bus for the second time, wanted once");
    } else if (typeof id !== "string") {
      this.#report.wrong(path, id, "the id of a bus");
    } else if (!this.#ids.has(id)) {
      this.#report.wrong(path, id, "the id of a configured bus", {
        like: [id, this.#ids],
      });
    }
  }
}
