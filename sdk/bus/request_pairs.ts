import type { Delivery } from "../delivery.ts";
import {
  ANSWER_DURATION_HEADER,
  ANSWER_FAILURE_HEADER,
} from "./answer_copy.ts";
import { answeredTopic, requestedTopic } from "./request_topics.ts";

/** Delivery as far as pairs need it. */
export type Observed = Pick<Delivery, "topic" | "message" | "headers">;

/** Request with its outcome, as an observer of the bus sees it. */
export interface ObservedRequest<T extends Observed> {
  /** Topic on which the request was made. */
  readonly topic: string;
  /** Id of the request. */
  readonly id: string;
  /** Request on its request topic. */
  readonly request: T;
  /** Answer, or the error of a failed request; undefined without one yet. */
  readonly outcome?: {
    /** The answer; if `failed`, code and message of the error. */
    readonly message: unknown;
    readonly failed: boolean;
    /** Duration of the request in milliseconds. */
    readonly duration: number;
  };
}

/** Options of {@linkcode RequestPairs}. */
export interface RequestPairsOptions<T extends Observed> {
  /**
   * Called with each request and its outcome. Called without an outcome if none
   * was observed in time; again if it comes later.
   */
  readonly onPair: (pair: ObservedRequest<T>) => void;
  /** Time without an answer after which a request is reported (1,000 ms). */
  readonly patience?: number;
}

interface Waiting<T> {
  readonly request: T;
  readonly since: number;
  reported: boolean;
}

interface Early<T> {
  readonly answer: T;
  readonly since: number;
}

/** Maximum number of requests without an answer; the oldest is forgotten. */
const MAX_WAITING = 10_000;
const ID_LENGTH = 16;

/**
 * Pairs requests with the copies of their answers, which come by separate
 * subscriptions in any order.
 *
 * @example
 * ```ts
 * import { RequestPairs } from "@caryatid/sdk/internal/bus";
 * import assert from "node:assert/strict";
 *
 * const seen: unknown[] = [];
 * const pairs = new RequestPairs({
 *   onPair: ({ topic, outcome }) => seen.push([topic, outcome?.message]),
 * });
 * const id = "0123456789abcdef";
 * const asked = `stock.tea._request.${id}`;
 * const question = { topic: asked, message: 1, headers: {} };
 * const headers = { "answer-duration": "0.5" };
 * const answer = { topic: `stock.tea._response.${id}`, message: 2, headers };
 * pairs.addRequest(question, 0);
 * pairs.addAnswer(answer, 0);
 * assert.deepEqual(seen, [["stock.tea", 2]]);
 * ```
 */
export class RequestPairs<T extends Observed> {
  readonly #onPair: RequestPairsOptions<T>["onPair"];
  readonly #patience: number;
  readonly #requests = new Map<string, Waiting<T>>();
  /** Answers whose request another loop has not read yet. */
  readonly #answers = new Map<string, Early<T>>();

  /** Starts without requests. */
  constructor({ onPair, patience = 1_000 }: RequestPairsOptions<T>) {
    this.#onPair = onPair;
    this.#patience = patience;
  }

  /** Adds a request at `now`, in monotonic milliseconds. */
  addRequest(request: T, now: number): void {
    const id = idOf(request);
    const early = this.#answers.get(id);
    if (early === undefined) {
      const waiting = { request, since: now, reported: false };
      setBounded(this.#requests, id, waiting);
      return;
    }
    this.#answers.delete(id);
    this.#pair(request, early.answer);
  }

  /**
   * Adds the copy of an answer at `now`. Returns false for any other message,
   * such as one that a client published on a response topic.
   */
  addAnswer(answer: T, now: number): boolean {
    if (answeredTopic(answer.topic) === undefined) return false;
    if (answer.headers[ANSWER_DURATION_HEADER] === undefined) return false;
    const id = idOf(answer);
    const waiting = this.#requests.get(id);
    if (waiting === undefined) {
      setBounded(this.#answers, id, { answer, since: now });
      return true;
    }
    this.#requests.delete(id);
    this.#pair(waiting.request, answer);
    return true;
  }

  /**
   * Reports the requests that have waited too long at `now`, and forgets
   * answers without a request.
   */
  expire(now: number): void {
    for (const [id, waiting] of this.#requests) {
      if (now - waiting.since < this.#patience) break;
      if (waiting.reported) continue;
      waiting.reported = true;
      const { request } = waiting;
      this.#onPair({ topic: requestedTopic(request.topic)!, id, request });
    }
    for (const [id, { since }] of this.#answers) {
      if (now - since < this.#patience) break;
      this.#answers.delete(id);
    }
  }

  #pair(request: T, { topic, message, headers }: T): void {
    this.#onPair({
      topic: answeredTopic(topic)!,
      id: idOf(request),
      request,
      outcome: {
        message,
        failed: headers[ANSWER_FAILURE_HEADER] !== undefined,
        duration: Number(headers[ANSWER_DURATION_HEADER]),
      },
    });
  }
}

function idOf({ topic }: Observed): string {
  return topic.slice(-ID_LENGTH);
}

function setBounded<V>(map: Map<string, V>, id: string, value: V): void {
  map.set(id, value);
  if (map.size <= MAX_WAITING) return;
  const [oldest] = map.keys();
  map.delete(oldest!);
}
