import { CaryatidError } from "./errors.ts";
import { validatePattern } from "./topic.ts";

/** What a module does on a topic. */
export type TopicUse = "publish" | "subscribe" | "request" | "handle";

/**
 * The topics that a module has to do with, as patterns. A list that is absent has none.
 *
 * A pattern stands for what the module may use, not for what it does all the time.
 */
export interface Topics {
  /** What it publishes on. */
  readonly publish?: readonly string[] | undefined;
  /** What it subscribes to. */
  readonly subscribe?: readonly string[] | undefined;
  /** What it requests on. */
  readonly request?: readonly string[] | undefined;
  /** What it answers requests on. */
  readonly handle?: readonly string[] | undefined;
}

/** The topics of a module: always the same, or those that its checked section names. */
export type TopicsOf<C> = Topics | ((config: C) => Topics);

/** All that a declaration may say. */
const TOPIC_USES: readonly TopicUse[] = [
  "publish",
  "subscribe",
  "request",
  "handle",
];

/**
 * A copy of what a module declares, checked.
 *
 * @throws {CaryatidError} `INVALID_TOPIC` for what is no pattern, `INVALID_OPTION` for all else that is wrong
 */
export function checkTopics(module: string, topics: unknown): Topics {
  if (typeof topics !== "object" || topics === null) {
    throw wrong(module, "topics", `found ${shown(topics)}, wanted an object`);
  }
  if (topics instanceof Promise) { // else it would declare nothing at all
    throw wrong(module, "topics", "found a promise, wanted an object");
  }
  const checked: Partial<Record<TopicUse, readonly string[]>> = {};
  for (const [use, patterns] of Object.entries(topics)) {
    if (!isUse(use)) {
      throw wrong(
        module,
        "topics",
        `found the key ${shown(use)}, wanted ${TOPIC_USES.join(", ")}`,
      );
    }
    if (patterns === undefined) continue;
    checked[use] = checkPatterns(module, use, patterns);
  }
  return checked;
}

function isUse(key: string): key is TopicUse {
  return (TOPIC_USES as readonly string[]).includes(key);
}

function checkPatterns(
  module: string,
  use: TopicUse,
  patterns: unknown,
): readonly string[] {
  const where = `topics.${use}`;
  if (!Array.isArray(patterns)) {
    throw wrong(
      module,
      where,
      `found ${shown(patterns)}, wanted an array of patterns`,
    );
  }
  const checked: string[] = [];
  for (const pattern of patterns) {
    try {
      checked.push(validatePattern(pattern));
    } catch (cause) {
      const { message, hint } = cause as CaryatidError;
      throw new CaryatidError(
        "INVALID_TOPIC",
        `Cannot use ${where} of module "${module}": ${message}`,
        { cause, hint },
      );
    }
  }
  return checked;
}

function wrong(module: string, where: string, why: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot use ${where} of module "${module}": ${why}`,
    { hint: 'for example topics: { subscribe: ["clock.#"] }' },
  );
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  return value === null ? "null" : `a value of type ${typeof value}`;
}
