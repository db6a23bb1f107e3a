import type { Accept, Delivery } from "../../message_bus.ts";
import { VirtualClock } from "../../testing/virtual_clock.ts";
import { Deadlines } from "../deadlines.ts";
import { DeliveryQueue } from "../delivery_queue.ts";
import { DerivedDelivery, LocalDelivery } from "../local_delivery.ts";
import {
  QueueSubscription,
  type QueueSubscriptionOptions,
} from "../queue_subscription.ts";
import { WaitingRoom } from "../waiting_room.ts";

/** Refuses odd numbers, gives even ones times ten. */
export const evenTimesTen: Accept = (delivery) => {
  const number = delivery.message as number;
  if (number % 2 === 1) throw new Error(`${number} is odd`);
  return new DerivedDelivery(delivery, number * 10, delivery.redelivered);
};

/** The same, a few promises later. */
export const later: Accept = async (delivery) => {
  await null;
  return evenTimesTen(delivery);
};

/** A subscription to a queue of its own, what was done of it, and a function that takes a loop's next message. */
export function make(
  accept?: Accept,
  options: Partial<QueueSubscriptionOptions> = {},
) {
  const queue = new DeliveryQueue({
    pattern: "a.*",
    size: 100_000,
    overflow: "wait",
    room: new WaitingRoom(new Deadlines(new VirtualClock())),
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
