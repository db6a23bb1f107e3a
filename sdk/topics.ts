import { CaryatidError } from "./errors.ts";
import { validatePattern } from "./topic.ts";

/** Use of a topic by a module. */
export type TopicUse = "publish" | "subscribe" | "request" | "handle";

/**
 * Topics that a module uses, as patterns. A missing list is empty.
 *
 * A pattern covers every topic that the module can use, even if it never uses
 * some of them.
 */
export interface Topics {
  /** Topics that it publishes on. */
  readonly publish?: readonly string[] | undefined;
  /** Topics that it subscribes to. */
  readonly subscribe?: readonly string[] | undefined;
  /** Topics that it requests on. */
  readonly request?: readonly string[] | undefined;
  /** Topics on which it answers requests. */
  readonly handle?: readonly string[] | undefined;
  /** Names of the groups that its subscriptions join. */
  readonly groups?: readonly string[] | undefined;
}

/**
 * Topics of a module: a constant, or a function of its checked section.
 */
export type TopicsOf<C> = Topics | ((config: C) => Topics);

/** Valid keys of a declaration. */
const KEYS: readonly (keyof Topics)[] = [
  "publish",
  "subscribe",
  "request",
  "handle",
  "groups",
];

/**
 * Checks the declaration of a module and returns a copy.
 *
 * @throws {CaryatidError} `INVALID_TOPIC` if an item is not a pattern,
 * `INVALID_OPTION` if the declaration has another error
 */
export function checkTopics(module: string, topics: unknown): Topics {
  if (typeof topics !== "object" || topics === null) {
    throw wrong(module, "topics", `found ${shown(topics)}; expected an object`);
  }
  // would count as a declaration without topics
  if (topics instanceof Promise) {
    throw wrong(module, "topics", "found a promise; expected an object");
  }
  const checked: Partial<Record<keyof Topics, readonly string[]>> = {};
  for (const [key, list] of Object.entries(topics)) {
    if (!isKey(key)) {
      throw wrong(
        module,
        "topics",
        `found the key ${shown(key)}; expected ${KEYS.join(", ")}`,
      );
    }
    if (list === undefined) continue;
    checked[key] = key === "groups"
      ? checkGroups(module, list)
      : checkPatterns(module, key, list);
  }
  return checked;
}

function isKey(key: string): key is keyof Topics {
  return (KEYS as readonly string[]).includes(key);
}

function checkGroups(module: string, groups: unknown): readonly string[] {
  const isName = (group: unknown) => typeof group === "string" && group !== "";
  if (Array.isArray(groups) && groups.every(isName)) return [...groups];
  throw wrong(
    module,
    "topics.groups",
    `found ${shown(groups)}; expected an array of non-empty names`,
  );
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
      `found ${shown(patterns)}; expected an array of patterns`,
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
    { hint: 'Write for example topics: { subscribe: ["clock.#"] }.' },
  );
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  return value === null ? "null" : `a value of type ${typeof value}`;
}
