import type { ErrorCode, TopicUse } from "@caryatid/sdk";
import { nearest } from "../config/nearest.ts";
import type { ProcessConfig } from "../config/process_config.ts";
import { dottedKey } from "../config/shown.ts";
import { type DeclaredUse, declaredUses } from "./declared_uses.ts";
import { inMemoryBuses } from "./in_memory_buses.ts";
import type { Complaint } from "./inspection/inspection.ts";
import { noRoute, type RouteReview } from "./review_routes.ts";
import { isPattern, overlap, routesOf } from "./routes_of.ts";
import type { Part } from "./subject.ts";

/** What modules declare. */
type Uses = Readonly<Record<TopicUse, readonly DeclaredUse[]>>;

/** Finds what modules declare and no route carries, what nobody hears, sends or answers, and handlers in each other's way. */
export function reviewTopics(
  config: ProcessConfig,
  parts: readonly Part[],
): RouteReview {
  const review = new TopicReview(config, parts);
  review.carried();
  review.heard();
  review.sent();
  review.handled();
  review.apart();
  return review;
}

class TopicReview implements RouteReview {
  readonly problems: Complaint[] = [];
  readonly notices: Complaint[] = [];
  readonly #config: ProcessConfig;
  readonly #uses: Uses;
  /** Who doesn't say what it does may do anything. */
  readonly #allSay: boolean;

  constructor(config: ProcessConfig, parts: readonly Part[]) {
    this.#config = config;
    this.#allSay = parts.every(({ kind, inspection }) =>
      kind !== "module" || inspection.declared !== undefined
    );
    this.#uses = {
      publish: declaredUses(parts, "publish"),
      subscribe: declaredUses(parts, "subscribe"),
      request: declaredUses(parts, "request"),
      handle: declaredUses(parts, "handle"),
    };
  }

  carried(): void {
    const told = new Set<string>();
    for (const { id, key, pattern } of Object.values(this.#uses).flat()) {
      const name = JSON.stringify([id, pattern]);
      if (told.has(name)) continue;
      told.add(name);
      if (routesOf(this.#config.routes, pattern).length > 0) continue;
      this.problems.push(noRoute(key, pattern));
    }
  }

  heard(): void {
    const { publish, subscribe } = this.#uses;
    const heard = patternsOf(subscribe);
    for (const one of publish) {
      if (!this.#isClosed(one) || meets(one, heard)) continue;
      this.notices.push(
        alone(one, "it publishes and nobody subscribes to", heard),
      );
    }
  }

  sent(): void {
    const { publish, subscribe } = this.#uses;
    const { startupTopic, monitor } = this.#config;
    const own = [startupTopic, monitor?.topic].filter((one) =>
      one !== undefined
    );
    const sent = [...patternsOf(publish), ...own];
    const all = [...sent, ...this.#requestTopics()];
    for (const one of subscribe) {
      if (!this.#isClosed(one) || meets(one, all)) continue;
      this.notices.push(
        alone(one, "it subscribes to and nobody publishes", sent),
      );
    }
  }

  /** Certain to fail where it names one topic: a pattern says only what may be asked. */
  handled(): void {
    const { request, handle } = this.#uses;
    const handled = patternsOf(handle);
    for (const one of request) {
      if (meets(one, handled)) continue;
      const isCertain = this.#isClosed(one) && !isPattern(one.pattern);
      const list = isCertain ? this.problems : this.notices;
      const what = this.#allSay
        ? "it requests and nobody handles"
        : "it requests and nobody declares to handle";
      list.push(alone(one, what, handled, "NO_HANDLER"));
    }
  }

  /** Handlers of one pattern share the requests; of two that overlap each gets them. */
  apart(): void {
    const { handle } = this.#uses;
    for (const [index, one] of handle.entries()) {
      const other = handle.slice(0, index).find(({ pattern }) =>
        pattern !== one.pattern && overlap(pattern, one.pattern)
      );
      if (!other) continue;
      this.notices.push(complaint(
        "INVALID_CONFIG",
        one,
        `which it handles, and "${other.pattern}", ` +
          `which module.${other.id} handles`,
        "a request that both match goes to both, and the first answer wins",
      ));
    }
  }

  /** Whether nobody can have to do with it who isn't in the configuration, or doesn't say so. */
  #isClosed({ pattern }: DeclaredUse): boolean {
    const carrying = new Set(
      routesOf(this.#config.routes, pattern).flatMap(({ buses }) => buses),
    );
    // One that no route carries is told as that.
    return this.#allSay && carrying.size > 0 &&
      carrying.isSubsetOf(inMemoryBuses(this.#config));
  }

  /** What is asked and answered passes on topics, too. */
  #requestTopics(): string[] {
    return this.#uses.request.flatMap(({ pattern }) => [
      `${pattern}._request.*`,
      `${pattern}._response.*`,
    ]);
  }
}

function patternsOf(uses: readonly DeclaredUse[]): string[] {
  return uses.map(({ pattern }) => pattern);
}

function meets(
  { pattern }: DeclaredUse,
  others: readonly string[],
): boolean {
  return others.some((other) => overlap(other, pattern));
}

function alone(
  one: DeclaredUse,
  what: string,
  others: readonly string[],
  code: ErrorCode = "INVALID_CONFIG",
): Complaint {
  const near = nearest(one.pattern, others);
  const hint = near === undefined
    ? "add a module that does"
    : `did you mean "${near}"?`;
  return complaint(code, one, `which ${what}`, hint);
}

function complaint(
  code: ErrorCode,
  { key, pattern }: DeclaredUse,
  what: string,
  hint: string,
): Complaint {
  const dotted = dottedKey(key);
  const message = `Cannot use ${dotted}: found "${pattern}", ${what}`;
  return { code, key, dotted, message, hint };
}
