import type { Delivery, MessageBus, Subscription } from "../../mod.ts";
import { take } from "./take.ts";
import type { Trial } from "./trial.ts";

/**
 * Publishes a last message on `topic` through `bus` and gives all that `subscription` gets before it: what isn't among that was
 * not sent to it, without waiting for nothing to happen.
 */
export async function heardBefore(
  trial: Trial,
  subscription: Subscription,
  topic: string,
  bus: MessageBus = trial.bus,
): Promise<Delivery[]> {
  const sentinel = `the last message, ${crypto.randomUUID()}`;
  const publishing = bus.publish(topic, sentinel); // may wait for the loop below
  const [heard] = await Promise.all([
    takeUntil(trial, subscription, sentinel),
    publishing,
  ]);
  return heard;
}

async function takeUntil(
  trial: Trial,
  subscription: Subscription,
  sentinel: string,
): Promise<Delivery[]> {
  const heard: Delivery[] = [];
  for (;;) {
    const [delivery] = await take(subscription, 1, {
      distinct: !trial.exactlyOnce,
    });
    if (delivery!.message === sentinel) return heard;
    heard.push(delivery!);
  }
}
