import {
  type Context,
  defineModule,
  type Delivery,
  type Module,
  type Subscription,
} from "@caryatid/sdk";
import { listOf } from "../config_topics.ts";
import { type Carried, carriedOn } from "./carried.ts";
import { type Configuration, configuration } from "./configuration.ts";
import { excerpt } from "./excerpt.ts";
import { hear } from "./hearing.ts";
import { inOneLine } from "./one_line.ts";
import { pathWords, valueAt } from "./path.ts";
import { plainText } from "./plain_text.ts";
import { redaction, type Steps, stepsTo } from "./redaction.ts";
import { Sampling } from "./sampling.ts";

/** What was missed is told when the spy has caught up, and now and then until it has. In milliseconds. */
const TELL_EVERY = 1_000;

/** What stands before the topic. */
const HEARD: Readonly<Record<Carried["kind"], string>> = {
  message: "heard",
  request: "heard request",
  answer: "heard answer",
};

/**
 * Logs topic and message of whatever passes on `topic` (`#`), as far as `where` and sampling choose it.
 *
 * Never holds up a publisher: when it can't follow, it misses the oldest messages, and says how many.
 * Mirrors caryatid_module_spy, which has no default topic and doesn't tell the topic of a message.
 */
export default defineModule({
  name: "spy",
  description: "Logs messages as they pass",
  config: configuration,
  topics: ({ topic }) => ({ subscribe: listOf(topic) }),
  init(context, config) {
    const spy = new Spy(context, config);
    for (const heard of hear(context, config)) {
      context.run(() => spy.watch(heard));
    }
  },
}) as Module;

class Spy {
  readonly #context: Context;
  readonly #config: Configuration;
  readonly #sampling: Sampling;
  readonly #hidden: Steps;
  readonly #shown: readonly (readonly string[])[] | undefined;

  constructor(context: Context, config: Configuration) {
    this.#context = context;
    this.#config = config;
    this.#sampling = new Sampling({
      oneIn: config["one-in"],
      perSecond: config["per-second"],
    });
    this.#hidden = redaction(config.redact);
    this.#shown = config.show?.map(pathWords);
  }

  async watch(heard: Subscription): Promise<void> {
    const missed = new Missed(this.#context, heard);
    for await (const delivery of heard) {
      missed.tell();
      this.#sample(delivery);
    }
  }

  #sample(delivery: Delivery): void {
    if (!this.#sampling.choose(this.#context.clock.monotonic())) return;
    const leftOut = this.#sampling.takeLeftOut();
    if (leftOut > 0) {
      this.#log("left out {count} messages: more than {limit} a second", {
        count: leftOut,
        limit: this.#config["per-second"],
      });
    }
    const { kind, topic, request } = carriedOn(delivery.topic);
    const [name, value] = this.#shown === undefined
      ? ["message", this.#excerptOf(delivery.message, ["message"])]
      : ["shown", this.#fieldsOf(delivery, this.#shown)];
    this.#log(`${HEARD[kind]} {topic}: {${name}}`, {
      topic: plainText(topic),
      ...(request !== undefined && { request }),
      [name]: inOneLine(value),
    });
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

  #log(text: string, properties: Record<string, unknown>): void {
    this.#context.log[this.#config.level](text, properties);
  }
}

/** What a subscription has lost, and somebody was told of. */
class Missed {
  readonly #context: Context;
  readonly #heard: Subscription;
  #told = 0;
  #toldAt = -Infinity;

  constructor(context: Context, heard: Subscription) {
    this.#context = context;
    this.#heard = heard;
  }

  /** Tells once per burst; of one that goes on, once a second. */
  tell(): void {
    const { dropped } = this.#heard;
    if (dropped === this.#told) return;
    const { clock, log } = this.#context;
    const now = clock.monotonic();
    if (this.#heard.depth > 0 && now - this.#toldAt < TELL_EVERY) return;
    log.warn("missed {count} messages on {pattern}: they came too fast", {
      count: dropped - this.#told,
      pattern: this.#heard.pattern,
    });
    this.#told = dropped;
    this.#toldAt = now;
  }
}
