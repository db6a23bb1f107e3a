import {
  CaryatidError,
  patternCovers,
  patternsOverlap,
  topicMatches,
} from "@caryatid/sdk";
import { topicWords } from "@caryatid/sdk/internal/checks";
import type { ModuleGrants } from "../config/process_config.ts";
import { quote } from "../config/format.ts";
import { type BusKind, grantCovers, type TopicKind } from "./grants.ts";

/**
 * Topics and groups that a module may use. A kind that is undefined is not
 * restricted.
 */
export type BusRights = Pick<ModuleGrants, BusKind>;

/** Returns a hint with the line of TOML that grants the topic or group. */
export type GrantHint = (kind: BusKind, name: string) => string;

const DOING: Record<BusKind, string> = {
  publish: "publish on",
  subscribe: "subscribe to",
  request: "make a request on",
  handle: "handle",
  groups: "join the group",
};
/** Maximum number of remembered topics; a full set is cleared. */
const MAX_TOPICS = 16_384;
const REQUEST = "_request";
const RESPONSE = "_response";

/**
 * Rights of one module to topics and groups. Remembers granted topics, but no
 * patterns: each of those comes once.
 */
export class Rights {
  readonly #module: string;
  readonly #rights: BusRights;
  readonly #hint: GrantHint;
  readonly #published = new KnownTopics((topic) => this.#maySend(topic));
  readonly #requested = new KnownTopics((topic) => this.#has("request", topic));

  /** `module` is the id for errors. */
  constructor(module: string, rights: BusRights, hint: GrantHint) {
    this.#module = module;
    this.#rights = rights;
    this.#hint = hint;
  }

  /**
   * Returns true if the module may publish on a topic. A request or response
   * topic also needs the right to make, or to handle, the request: a publish
   * cannot replace it.
   *
   * @throws {CaryatidError} `INVALID_TOPIC`
   */
  mayPublish(topic: string): boolean {
    return this.#published.has(topic);
  }

  /**
   * Returns true if the module may make a request on a topic.
   *
   * @throws {CaryatidError} `INVALID_TOPIC`
   */
  mayRequest(topic: string): boolean {
    return this.#requested.has(topic);
  }

  /** Returns the `FORBIDDEN` error for a topic or pattern. */
  forbidden(kind: TopicKind, topic: string): CaryatidError {
    if (kind === "publish") return this.#forbiddenPublish(topic);
    return this.#topicError(kind, topic, DOING[kind] + " " + quote(topic));
  }

  /**
   * Checks that one right covers every topic of a pattern.
   *
   * @throws {CaryatidError} `FORBIDDEN` or `INVALID_TOPIC`
   */
  check(kind: "subscribe" | "handle" | "publish", pattern: string): void {
    if (!this.covers(kind, pattern)) throw this.forbidden(kind, pattern);
  }

  /** Returns true if one right covers every topic of a pattern. */
  covers(kind: "subscribe" | "handle" | "publish", pattern: string): boolean {
    const granted = this.#rights[kind];
    if (granted === undefined) return true;
    // A right to all topics does not include answers: they are the requester's.
    const isAnswer = kind === "subscribe" && isAnswerTopic(pattern);
    return granted.some((wide) =>
      patternCovers(wide, pattern) && (!isAnswer || isAnswerTopic(wide))
    );
  }

  /**
   * Checks that a subscription may join a group, if any.
   *
   * @throws {CaryatidError} `FORBIDDEN`
   */
  checkGroup(group: string | undefined): void {
    if (group === undefined || this.coversGroup(group)) return;
    const doing = `${DOING.groups} ${quote(group)}`;
    throw this.#error("groups", group, doing, `one to ${quote(group)}`);
  }

  /**
   * Returns true if a right covers a group, or all with a prefix: `PREFIX*`.
   */
  coversGroup(group: string): boolean {
    const { groups } = this.#rights;
    return groups === undefined ||
      groups.some((wide) => grantCovers("groups", wide, group));
  }

  /**
   * Returns a filter for the topics of a pattern: all except answers to others,
   * unless a right names them by the word `_response`. Returns undefined if no
   * filter is needed.
   */
  filterOf(pattern: string): ((topic: string) => boolean) | undefined {
    const granted = this.#rights.subscribe;
    if (!granted || isAnswerTopic(pattern) || !/[*#]/.test(pattern)) {
      return undefined;
    }
    const named = granted.filter(isAnswerTopic);
    return (topic) =>
      !isAnswerTopic(topic) || named.some((wide) => topicMatches(wide, topic));
  }

  #has(kind: TopicKind, topic: string): boolean {
    const granted = this.#rights[kind];
    return granted === undefined ||
      granted.some((pattern) => topicMatches(pattern, topic));
  }

  #maySend(topic: string): boolean {
    if (!this.#has("publish", topic)) return false;
    const meant = carried(topic);
    return meant === undefined || this.#has(meant.kind, meant.topic);
  }

  #forbiddenPublish(topic: string): CaryatidError {
    const meant = this.#has("publish", topic) ? carried(topic) : undefined;
    return this.#topicError(
      meant?.kind ?? "publish",
      meant?.topic ?? topic,
      `${DOING.publish} ${quote(topic)}`,
    );
  }

  #topicError(kind: TopicKind, topic: string, doing: string): CaryatidError {
    if (!/[*#]/.test(topic)) {
      return this.#error(kind, topic, doing, `one to ${quote(topic)}`);
    }
    const near = this.#rights[kind]?.find((one) => patternsOverlap(one, topic));
    const expected = `one that takes in every topic of ${quote(topic)}`;
    return this.#error(kind, topic, doing, expected, near);
  }

  #error(
    kind: BusKind,
    name: string,
    doing: string,
    expected: string,
    near?: string,
  ): CaryatidError {
    const granted = this.#rights[kind] ?? [];
    const all = kind === "groups" ? "join a group" : `${DOING[kind]} anything`;
    const found = granted.length === 0
      ? `no right to ${all}`
      : `the right to ${DOING[kind]} ${granted.map(quote).join(", ")}`;
    const hint = this.#hint(kind, name);
    return new CaryatidError(
      "FORBIDDEN",
      `Cannot ${doing} as module ${quote(this.#module)}: ` +
        `found ${found}; expected ${expected}`,
      { hint: near ? `${hint} Or ${DOING[kind]} ${quote(near)}.` : hint },
    );
  }
}

/**
 * Returns the request or handling that a message on this topic belongs to, if
 * it is a request or response topic.
 */
function carried(
  topic: string,
): { readonly kind: "request" | "handle"; readonly topic: string } | undefined {
  if (!topic.includes("_re")) return undefined;
  const words = topicWords(topic);
  // The last marker counts, as for buses.
  const at = words.findLastIndex((word) =>
    word === REQUEST || word === RESPONSE
  );
  if (at < 0) return undefined;
  const kind = words[at] === REQUEST ? "request" : "handle";
  return { kind, topic: words.slice(0, at).join(".") };
}

/** Returns true if the topic carries answers to requests. */
function isAnswerTopic(topic: string): boolean {
  return topic.includes(RESPONSE) && topicWords(topic).includes(RESPONSE);
}

/**
 * Remembers the topics that passed a test. Rejected topics are tested each
 * time.
 *
 * It is only a set. A `TopicCache`, which keeps the topics in use when it is
 * full, takes 8 ns more: 5 % of a publish, which is all that rights may cost.
 */
export class KnownTopics {
  readonly #test: (topic: string) => boolean;
  readonly #passed = new Set<string>();
  /** The last topic that was added: most modules publish on one. */
  #newest: string | undefined;

  /** `test` must depend on the topic alone. */
  constructor(test: (topic: string) => boolean) {
    this.#test = test;
  }

  /** Returns true if the topic passes the test. */
  has(topic: string): boolean {
    return topic === this.#newest || this.#passed.has(topic) ||
      this.#find(topic);
  }

  #find(topic: string): boolean {
    if (!this.#test(topic)) return false;
    if (this.#passed.size === MAX_TOPICS) this.#passed.clear();
    this.#passed.add(topic);
    this.#newest = topic;
    return true;
  }
}
