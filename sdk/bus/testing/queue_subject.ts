import type { Delivery } from "../../delivery.ts";
import type { Accept } from "../../subscription.ts";
import { VirtualClock } from "../../testing/virtual_clock.ts";
import { Deadlines } from "../deadlines.ts";
import { DeliveryQueue } from "../delivery_queue.ts";
import { DerivedDelivery, LocalDelivery } from "../local_delivery.ts";
import {
  QueueSubscription,
  type QueueSubscriptionOptions,
} from "../queue_subscription.ts";
import { BackPressure } from "../publisher_queue.ts";

/** Rejects odd numbers and multiplies even ones by ten. */
export const evenTimesTen: Accept = (delivery) => {
  const number = delivery.message as number;
  if (number % 2 === 1) throw new Error(`${number} is odd`);
  return new DerivedDelivery(delivery, number * 10, delivery.redelivered);
};

/** Does the same as {@linkcode evenTimesTen}, asynchronously. */
export const later: Accept = async (delivery) => {
  await null;
  return evenTimesTen(delivery);
};

/**
 * Returns a subscription with its own queue, the messages that it finished, and
 * a loop over it.
 */
export function make(
  accept?: Accept,
  options: Partial<QueueSubscriptionOptions> = {},
) {
  const queue = new DeliveryQueue({
    pattern: "a.*",
    size: 100_000,
    overflow: "wait",
    backPressure: new BackPressure(new Deadlines(new VirtualClock())),
  });
  const done: unknown[] = [];
  const subscription = new QueueSubscription({
    queue,
    grouped: false,
    release: () => queue.close(),
    accept,
    onDone: ({ message }) => done.push(message),
    ...options,
  });
  return { queue, done, subscription, loop: loopOver(subscription) };
}

function loopOver(subscription: QueueSubscription) {
  const loop = subscription[Symbol.asyncIterator]();
  return async () => (await loop.next()).value?.message;
}

/** Puts messages into `queue`. */
export function push(queue: DeliveryQueue, ...messages: unknown[]): void {
  for (const message of messages) {
    queue.push(new LocalDelivery("a.b", message, undefined), undefined);
  }
}

/** An accept whose answers the test gives. */
export function asking() {
  const asked: PromiseWithResolvers<Delivery>[] = [];
  const accept = () => {
    const question = Promise.withResolvers<Delivery>();
    asked.push(question);
    return question.promise;
  };
  return { asked, accept };
}
