import type { Context, Delivery } from "@caryatid/sdk";
import { type ObservedRequest, RequestPairs } from "@caryatid/sdk/internal/bus";
import { excerpt } from "./excerpt.ts";
import { inOneLine, plainText } from "./one_line.ts";
import { pathWords, valueAt } from "./path.ts";
import { redaction, type Steps, stepsTo } from "./redaction.ts";
import type { Sampling } from "./sampling.ts";
import type { SpyConfig } from "./spy_config.ts";
import { type TopicKind, topicKind } from "./topic_kind.ts";

/** Start of the log text. */
const PREFIX: Readonly<Record<TopicKind["kind"], string>> = {
  message: "received",
  request: "received request",
  answer: "received answer",
};

type Properties = Readonly<Record<string, unknown>>;

/** Writes the deliveries that a spy receives to its log. */
export class SpyLog {
  readonly #context: Context;
  readonly #config: SpyConfig;
  readonly #sampling: Sampling;
  readonly #hidden: Steps;
  readonly #shown: readonly (readonly string[])[] | undefined;
  readonly #pairs: RequestPairs<Delivery> | undefined;

  /** Starts without requests. */
  constructor(context: Context, config: SpyConfig, sampling: Sampling) {
    this.#context = context;
    this.#config = config;
    this.#sampling = sampling;
    this.#hidden = redaction(config.redact);
    this.#shown = config.show?.map(pathWords);
    if (config.requests && config.answers) {
      this.#pairs = new RequestPairs({ onPair: (pair) => this.#logPair(pair) });
    }
  }

  /** True if requests wait for their answers. */
  get pairs(): boolean {
    return this.#pairs !== undefined;
  }

  /**
   * Logs a message; a request is logged when its answer comes. `isSampled` is
   * true if the sampling has selected the message.
   */
  add(delivery: Delivery, isSampled: boolean): void {
    const { kind } = topicKind(delivery.topic);
    const now = this.#context.clock.monotonic();
    if (kind === "answer" && this.#pairs?.addAnswer(delivery, now)) return;
    if (!isSampled && !this.#sampling.choose()) return;
    this.#logOmitted();
    if (kind === "request" && this.#pairs) {
      this.#pairs.addRequest(delivery, now);
    } else this.#logAlone(delivery);
  }

  /** Logs requests that have waited long for their answer. */
  expire(): void {
    this.#pairs?.expire(this.#context.clock.monotonic());
  }

  #logOmitted(): void {
    const omitted = this.#sampling.takeOmitted();
    if (omitted > 0) {
      this.#log("omitted {count} messages: more than {limit} per second", {
        count: omitted,
        limit: this.#config["per-second"],
      });
    }
  }

  #logAlone(delivery: Delivery): void {
    const { kind, topic, request } = topicKind(delivery.topic);
    const [name, properties] = this.#shownOf(delivery);
    this.#log(`${PREFIX[kind]} {topic}: {${name}}`, {
      topic: plainText(topic),
      ...(request !== undefined && { request }),
      ...properties,
    });
  }

  #logPair({ topic, id, request, outcome }: ObservedRequest<Delivery>): void {
    const [name, properties] = this.#shownOf(request);
    const asked = `${PREFIX.request} {topic}: {${name}}`;
    const shared = { topic: plainText(topic), request: id, ...properties };
    if (outcome === undefined) {
      this.#log(`${asked}, no answer seen yet`, shared);
      return;
    }
    const duration = Number(outcome.duration.toPrecision(3));
    if (outcome.failed) {
      const { code, message } = outcome.message as Record<string, unknown>;
      const error = this.#excerptOf(`${code}: ${message}`, ["error"]);
      this.#log(`${asked}, failed in {duration} ms: {error}`, {
        ...shared,
        duration,
        error: inOneLine(error),
      });
    } else {
      this.#log(`${asked}, answered in {duration} ms: {answer}`, {
        ...shared,
        duration,
        answer: inOneLine(this.#answerOf(request, outcome.message)),
      });
    }
  }

  #shownOf(delivery: Delivery): readonly [string, Properties] {
    if (this.#shown === undefined) {
      const message = this.#excerptOf(delivery.message, ["message"]);
      return ["message", { message: inOneLine(message) }];
    }
    const shown = this.#fieldsOf(delivery, this.#shown);
    return ["shown", { shown: inOneLine(shown) }];
  }

  /** Returns the part of an answer to log, by the paths of messages. */
  #answerOf(request: Delivery, message: unknown): unknown {
    if (this.#shown === undefined) return this.#excerptOf(message, ["message"]);
    const { topic, id, headers, time, redelivered } = request;
    const answer = { topic, id, headers, time, redelivered, message };
    const paths = this.#shown.filter(([first]) => first === "message");
    return this.#fieldsOf(answer, paths);
  }

  #fieldsOf(
    delivery: Delivery,
    shown: readonly (readonly string[])[],
  ): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    for (const words of shown) {
      const value = valueAt(delivery, words);
      if (value === undefined) continue;
      fields[words.join(".")] = this.#excerptOf(value, words);
    }
    return fields;
  }

  #excerptOf(value: unknown, words: readonly string[]): unknown {
    const size = Math.ceil(this.#config.size / (this.#shown?.length ?? 1));
    return excerpt(value, size, stepsTo(this.#hidden, words));
  }

  #log(text: string, properties: Properties): void {
    this.#context.log[this.#config.level](text, { ...properties });
  }
}
