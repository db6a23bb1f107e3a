import {
  CaryatidError,
  patternCovers,
  patternsOverlap,
  topicMatches,
} from "@caryatid/sdk";
import { topicWords } from "@caryatid/sdk/bus";
import type { ModuleGrants } from "../config/process_config.ts";
import { quote } from "../config/shown.ts";
import type { TopicKind } from "./grants.ts";
import { KnownTopics } from "./known_topics.ts";

/** What a module may do with topics; a kind that is undefined isn't restricted. */
export type TopicRights = Pick<ModuleGrants, TopicKind>;

/** Says which line of TOML would have granted it. */
export type GrantHint = (kind: TopicKind, topic: string) => string;

const DOING: Record<TopicKind, string> = {
  publish: "publish on",
  subscribe: "subscribe to",
  request: "make a request on",
  handle: "handle",
};
const REQUEST = "_request";
const RESPONSE = "_response";

/** Judges what one module wants to do. Remembers what it found of topics, of patterns not: those come once. */
export class Rights {
  readonly #module: string;
  readonly #rights: TopicRights;
  readonly #hint: GrantHint;
  readonly #published = new KnownTopics((topic) => this.#maySend(topic));
  readonly #requested = new KnownTopics((topic) => this.#has("request", topic));

  /** `module` is its id, for errors. */
  constructor(module: string, rights: TopicRights, hint: GrantHint) {
    this.#module = module;
    this.#rights = rights;
    this.#hint = hint;
  }

  /**
   * Says whether it may publish on a topic. Where requests or their answers travel, the right to make them, or to answer, is needed
   * as well: a publish is no way round.
   *
   * @throws {CaryatidError} `INVALID_TOPIC`
   */
  mayPublish(topic: string): boolean {
    return this.#published.has(topic);
  }

  /**
   * Says whether it may make a request on a topic.
   *
   * @throws {CaryatidError} `INVALID_TOPIC`
   */
  mayRequest(topic: string): boolean {
    return this.#requested.has(topic);
  }

  /** Why it may not do that with a topic or pattern: `FORBIDDEN`. */
  forbidden(kind: TopicKind, topic: string): CaryatidError {
    if (kind === "publish") return this.#forbiddenPublish(topic);
    return this.#error(kind, topic, DOING[kind] + " " + quote(topic));
  }

  /**
   * Checks that one right takes in every topic of a pattern.
   *
   * @throws {CaryatidError} `FORBIDDEN` or `INVALID_TOPIC`
   */
  check(kind: "subscribe" | "handle", pattern: string): void {
    if (!this.covers(kind, pattern)) throw this.forbidden(kind, pattern);
  }

  /** Says whether one right takes in every topic of a pattern. */
  covers(kind: "subscribe" | "handle", pattern: string): boolean {
    const granted = this.#rights[kind];
    if (granted === undefined) return true;
    // Who may hear all topics doesn't therefore hear answers: they are the requester's.
    const isAnswer = kind === "subscribe" && isAnswerTopic(pattern);
    return granted.some((wide) =>
      patternCovers(wide, pattern) && (!isAnswer || isAnswerTopic(wide))
    );
  }

  /**
   * What of a pattern it may hear: all but the answers to others, unless a right names them by the word `_response`. Undefined where
   * that is all.
   */
  heard(pattern: string): ((topic: string) => boolean) | undefined {
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
    return this.#error(
      meant?.kind ?? "publish",
      meant?.topic ?? topic,
      `${DOING.publish} ${quote(topic)}`,
    );
  }

  #error(kind: TopicKind, topic: string, doing: string): CaryatidError {
    const granted = this.#rights[kind] ?? [];
    const found = granted.length === 0
      ? `no right to ${DOING[kind]} anything`
      : `the right to ${DOING[kind]} ${granted.map(quote).join(", ")}`;
    const isPattern = /[*#]/.test(topic);
    const wanted = isPattern
      ? `one that takes in every topic of ${quote(topic)}`
      : `one to ${quote(topic)}`;
    const near = isPattern
      ? granted.find((other) => patternsOverlap(other, topic))
      : undefined;
    const hint = this.#hint(kind, topic);
    return new CaryatidError(
      "FORBIDDEN",
      `Cannot ${doing} as module ${quote(this.#module)}: ` +
        `found ${found}, wanted ${wanted}`,
      { hint: near ? `${DOING[kind]} ${quote(near)}, or ${hint}` : hint },
    );
  }
}

/** What a message on this topic would be taken for, where that is a request or the answer to one. */
function carried(
  topic: string,
): { readonly kind: "request" | "handle"; readonly topic: string } | undefined {
  if (!topic.includes("_re")) return undefined;
  const words = topicWords(topic);
  // From the last marker, as buses do.
  const at = words.findLastIndex((word) =>
    word === REQUEST || word === RESPONSE
  );
  if (at < 0) return undefined;
  const kind = words[at] === REQUEST ? "request" : "handle";
  return { kind, topic: words.slice(0, at).join(".") };
}

/** Says whether answers to requests travel on it. */
function isAnswerTopic(topic: string): boolean {
  return topic.includes(RESPONSE) && topicWords(topic).includes(RESPONSE);
}
