import type { Delivery, MessageBus, Subscription } from "../../mod.ts";
import type { Trial } from "./trial.ts";

const SENTINEL = "the last message, ";

/**
 * Publishes a last message on `topic` through `bus` and gives all that `subscription` gets before it: what isn't among that was
 * not sent to it, without waiting for nothing to happen. Other sentinels are left out. Order is promised for each topic, so what
 * is proved absent should have the same one.
 */
export async function heardBefore(
  trial: Trial,
  subscription: Subscription,
  topic: string,
  bus: MessageBus = trial.bus,
): Promise<Delivery[]> {
  const sentinel = SENTINEL + crypto.randomUUID();
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
    const [delivery] = await trial.take(subscription, 1);
    const { message } = delivery!;
    if (message === sentinel) return heard;
    if (!isSentinel(message)) heard.push(delivery!);
  }
}

function isSentinel(message: unknown): boolean {
  return typeof message === "string" && message.startsWith(SENTINEL);
}
