import { patternsOverlap, topicMatches } from "@caryatid/sdk";
import type { ProcessConfig } from "../config/process_config.ts";
import type { Complaint } from "./inspection/inspection.ts";
import type { Part } from "./subject.ts";

/** What can be told of routes without running anything. */
export interface RouteReview {
  readonly problems: readonly Complaint[];
  readonly notices: readonly Complaint[];
}

/** Finds topics that no route carries, routes that never get a topic, and buses that no route names. */
export function reviewRoutes(
  config: ProcessConfig,
  parts: readonly Part[],
): RouteReview {
  const review = new Review(config);
  review.modules();
  review.publishedByProcess();
  review.unreached();
  review.unused();
  for (const part of parts) review.namedBy(part);
  return review;
}

class Review implements RouteReview {
  readonly problems: Complaint[] = [];
  readonly notices: Complaint[] = [];
  readonly #config: ProcessConfig;

  constructor(config: ProcessConfig) {
    this.#config = config;
  }

  modules(): void {
    if (this.#config.modules.length > 0) return;
    this.problems.push({
      code: "INVALID_CONFIG",
      key: ["module"],
      dotted: "module",
      message: "Cannot use module: found no module, wanted one at least",
      hint: "add [module.<id>]",
    });
  }

  /** To publish them fails for certain. */
  publishedByProcess(): void {
    const { startupTopic, monitor, routes } = this.#config;
    const topics: [key: string[], topic: string | undefined][] = [
      [["global", "startup", "topic"], startupTopic],
      [["monitor", "topic"], monitor?.topic],
    ];
    for (const [key, topic] of topics) {
      if (topic === undefined) continue;
      if (routes.some(({ pattern }) => topicMatches(pattern, topic))) continue;
      this.problems.push(noRoute(key, topic));
    }
  }

  /** The first match wins: what stands behind the same pattern, or behind `#`, gets nothing. */
  unreached(): void {
    const { routes } = this.#config;
    for (const [index, { pattern }] of routes.entries()) {
      const before = routes.slice(0, index).find((earlier) =>
        earlier.pattern === "#" || earlier.pattern === pattern
      );
      if (!before) continue;
      this.#notice(
        ["message-router", "route", String(index)],
        `found the pattern "${pattern}" behind "${before.pattern}", ` +
          "which takes all its topics; wanted it before",
        "the first route that matches wins",
      );
    }
  }

  unused(): void {
    const { buses, routes } = this.#config;
    for (const { id } of buses) {
      if (routes.some((route) => route.buses.includes(id))) continue;
      this.#notice(
        ["message-bus", id],
        "found a bus that no route names, wanted one that is used",
        `add a [[message-router.route]] with bus = "${id}"`,
      );
    }
  }

  /** A notice only: that a key is called topic doesn't make it one. What a module declares is looked at elsewhere. */
  namedBy({ kind, config, inspection }: Part): void {
    if (kind !== "module" || inspection.declared !== undefined) return;
    for (const { key, topic } of inspection.topics) {
      if (this.#isCarried(topic)) continue;
      this.notices.push(noRoute([...config.path, ...key.split(".")], topic));
    }
  }

  #isCarried(topic: string): boolean {
    try {
      return this.#config.routes.some(({ pattern }) =>
        patternsOverlap(pattern, topic)
      );
    } catch {
      return true; // no topic at all: its module has its own idea of it
    }
  }

  #notice(key: string[], what: string, hint: string): void {
    const dotted = key.join(".").replace(/\.(\d+)$/, "[$1]");
    const message = `Cannot use ${dotted}: ${what}`;
    this.notices.push({ code: "INVALID_CONFIG", key, dotted, message, hint });
  }
}

/** Of a topic that is published or subscribed to for certain, or may be. */
export function noRoute(key: readonly string[], topic: string): Complaint {
  const dotted = key.join(".");
  return {
    code: "NO_ROUTE",
    key,
    dotted,
    message: `Cannot use ${dotted}: found "${topic}", which no route carries`,
    hint: `add a [[message-router.route]] with pattern = "${topic}" or "#"`,
  };
}
