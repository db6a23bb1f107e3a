import {
  type Context,
  defineModule,
  type Delivery,
  type Module,
  type Subscription,
  topicMatches,
} from "@caryatid/sdk";
import { namesAnswers } from "@caryatid/sdk/bus";
import { observedPatterns } from "@caryatid/sdk/internal/bus";
import { listOf } from "../config_topics.ts";
import { MissedMessages } from "./missed_messages.ts";
import { Sampling } from "./sampling.ts";
import { type SpyConfig, spyConfig } from "./spy_config.ts";
import { SpyLog } from "./spy_log.ts";
import { topicKind } from "./topic_kind.ts";
import { whereTest } from "./where.ts";

/** Time between two looks for requests without an answer, in milliseconds. */
const EXPIRE_INTERVAL = 500;

/**
 * Logs the messages on `topic` (default `#`) with their topics, if `where` and
 * sampling select them, and each request with its answer as a pair.
 *
 * Publishers never wait for a spy: a spy that is too slow misses the oldest
 * messages and logs their number. Mirrors caryatid_module_spy, which has no
 * default topic and does not log topics.
 */
export default defineModule({
  name: "spy",
  description: "Logs messages as they pass",
  config: spyConfig,
  topics: (config) => ({ subscribe: patternsOf(config) }),
  init(context, config) {
    const sampling = new Sampling({
      oneIn: config["one-in"],
      perSecond: config["per-second"],
      clock: context.clock,
    });
    const log = new SpyLog(context, config, sampling);
    for (const subscription of subscribeAll(context, config, sampling)) {
      context.run(() => watch(context, subscription, log));
    }
    if (log.pairs) context.run(() => expire(context, log));
  },
}) as Module;

function patternsOf({ topic, requests, answers }: SpyConfig): string[] {
  if (!requests) return [...listOf(topic)];
  const patterns = observedPatterns(listOf(topic));
  return answers ? patterns : patterns.filter((one) => !namesAnswers(one));
}

/**
 * Subscribes to each pattern, except topics that an earlier pattern matches:
 * each message is logged once. Messages that are not logged are filtered out
 * before they are queued.
 */
function subscribeAll(
  context: Context,
  config: SpyConfig,
  sampling: Sampling,
): Subscription[] {
  const patterns = patternsOf(config);
  const except = listOf(config.except);
  const where = sampledTest(whereTest(config.where), sampling);
  return patterns.map((pattern, index) => {
    const others = [...patterns.slice(0, index), ...except];
    const filter = (topic: string) =>
      !others.some((other) => topicMatches(other, topic)) &&
      (config.requests || topicKind(topic).kind === "message");
    return context.subscribe(pattern, {
      overflow: "drop-oldest",
      queueSize: config["queue-size"],
      // An answer is logged with its request, which `where` selects. One
      // without a request is sampled by the log.
      ...(where && !namesAnswers(pattern) && { where }),
      ...((others.length > 0 || !config.requests) && { filter }),
    });
  });
}

/** Adds the sampling to `test`, as the last test of a message. */
function sampledTest(
  test: ((delivery: Delivery) => boolean) | undefined,
  sampling: Sampling,
): ((delivery: Delivery) => boolean) | undefined {
  if (!sampling.isLimited) return test;
  if (test === undefined) return () => sampling.choose();
  return (delivery) => test(delivery) && sampling.choose();
}

async function watch(
  context: Context,
  subscription: Subscription,
  log: SpyLog,
): Promise<void> {
  const missed = new MissedMessages(context, subscription);
  const isSampled = !namesAnswers(subscription.pattern);
  for await (const delivery of subscription) {
    missed.warnIfDue();
    log.add(delivery, isSampled);
  }
}

async function expire(context: Context, log: SpyLog): Promise<void> {
  while (!context.signal.aborted) {
    await context.clock.sleep(EXPIRE_INTERVAL);
    log.expire();
  }
}
