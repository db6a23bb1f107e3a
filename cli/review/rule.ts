import type { TopicUse } from "@caryatid/sdk";
import {
  dottedKey,
  type ProcessConfig,
} from "@caryatid/process/internal/config";
import type { Finding, Inspection, Part } from "../inspection/inspection.ts";
import { publicPatterns, routesOf } from "./topics.ts";

/**
 * A finding of a rule: a problem, or a notice about something that is probably
 * not meant.
 */
export interface RuleFinding extends Finding {
  readonly severity: "problem" | "notice";
}

/** Checks one property of a configuration. */
export type Rule = (context: ReviewContext) => Iterable<RuleFinding>;

/** A pattern that a module declares. */
export interface DeclaredUse {
  readonly id: string;
  readonly use: TopicUse;
  readonly pattern: string;
  /**
   * The key that names the pattern, or the section of the module if no key
   * does.
   */
  readonly key: readonly string[];
}

/** Input of the rules. */
export class ReviewContext {
  readonly config: ProcessConfig;
  readonly parts: readonly Part[];
  /** Ids of the buses whose messages stay in the process. */
  readonly inMemoryBuses: ReadonlySet<string>;
  /** Patterns that modules declare, by their use. */
  readonly uses: Readonly<Record<TopicUse, readonly DeclaredUse[]>>;
  /**
   * True if every module declares its topics; a module that does not may use
   * any topic.
   */
  readonly allDeclare: boolean;
  /** False if a module could not be inspected: it may declare anything. */
  readonly allInspected: boolean;

  /** `parts` are the modules and buses of `config`. */
  constructor(config: ProcessConfig, parts: readonly Part[]) {
    this.config = config;
    this.parts = parts;
    this.inMemoryBuses = new Set(
      config.buses.filter((bus) =>
        bus.className === "in-memory" && bus.import === undefined
      ).map(({ id }) => id),
    );
    this.uses = {
      publish: declaredUses(parts, "publish"),
      subscribe: declaredUses(parts, "subscribe"),
      request: declaredUses(parts, "request"),
      handle: declaredUses(parts, "handle"),
    };
    this.allInspected = parts.every(({ kind, inspection }) =>
      kind !== "module" || inspection.declared !== undefined ||
      inspection.problems.length === 0
    );
    this.allDeclare = parts.every(({ kind, inspection }) =>
      kind !== "module" || inspection.declared !== undefined
    );
  }

  /**
   * True if a route carries the topic or pattern, and none leads out of the
   * process.
   */
  staysInProcess(topic: string): boolean {
    const carriers = routesOf(this.config.routes, topic)
      .flatMap(({ buses }) => buses);
    return carriers.length > 0 &&
      carriers.every((bus) => this.inMemoryBuses.has(bus));
  }
}

/** Returns a finding about the value of a key. */
export function finding(
  severity: RuleFinding["severity"],
  key: readonly string[],
  { code = "INVALID_CONFIG", dotted = dottedKey(key), what, hint }: {
    readonly code?: string;
    readonly dotted?: string;
    readonly what: string;
    readonly hint: string;
  },
): RuleFinding {
  const message = `Cannot use ${dotted}: ${what}`;
  return { severity, code, key, dotted, message, hint };
}

/** Returns a finding about a topic that no route carries. */
export function noRoute(
  severity: RuleFinding["severity"],
  key: readonly string[],
  topic: string,
): RuleFinding {
  return finding(severity, key, {
    code: "NO_ROUTE",
    what: `found "${topic}", which no route carries`,
    hint: `Add a [[message-router.route]] with pattern = "${topic}" or "#".`,
  });
}

function declaredUses(parts: readonly Part[], use: TopicUse): DeclaredUse[] {
  return parts.flatMap(({ config: { id, path }, inspection }) =>
    publicPatterns(inspection, use).map((pattern) => ({
      id,
      use,
      pattern,
      key: [...path, ...keyOf(inspection, pattern)],
    }))
  );
}

function keyOf({ topics }: Inspection, pattern: string): readonly string[] {
  return topics.find(({ topic }) => topic === pattern)?.key.split(".") ?? [];
}
