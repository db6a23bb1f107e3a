import { DeliveryQueue } from "../bus/delivery_queue.ts";
import { QueueSubscription } from "../bus/queue_subscription.ts";
import { WaitingRoom } from "../bus/waiting_room.ts";
import type { Handling, Subscription } from "../message_bus.ts";

/** A subscription that is never ready: `error` says why. It is closed. */
export function refusedSubscription(
  pattern: string,
  error: unknown,
): Subscription {
  const subscription = new QueueSubscription({
    queue: new DeliveryQueue({
      pattern,
      size: 1,
      overflow: "wait",
      room: new WaitingRoom(),
    }),
    grouped: false,
    ready: Promise.reject(error),
    release: () => {},
  });
  subscription.close();
  return subscription;
}

/** A handling that is never ready: `error` says why. It is closed. */
export function refusedHandling(pattern: string, error: unknown): Handling {
  const ready = Promise.reject(error);
  ready.catch(() => {}); // who doesn't wait for it isn't to be killed by it
  const close = () => Promise.resolve();
  return {
    pattern,
    ready,
    running: 0,
    closed: true,
    close,
    [Symbol.asyncDispose]: close,
  };
}
