/**
 * What the author of a bus needs: who listens, who answers, and the queues between them. A bus that carries messages between
 * processes brings them in by {@linkcode Subscribers} and {@linkcode Handlers}, and adds its own wire; {@linkcode defineBus}
 * makes a class of it, and `busConformance` of `@caryatid/sdk/testing` is the test that it has to pass.
 *
 * @example A class of buses, in a process
 * ```ts
 * import { InMemoryBus, Process } from "@caryatid/process";
 * import { defineBus } from "@caryatid/sdk/bus";
 *
 * const tiny = defineBus({
 *   name: "tiny",
 *   create: () => new InMemoryBus({ queueSize: 1 }), // here a bus of your own
 * });
 *
 * await using process = await Process.create({
 *   config: { "message-bus": { main: { class: "tiny" } }, log: { level: "error" } },
 *   buses: [tiny],
 * });
 * await process.start();
 * await process.context.publish("greeting", "hello");
 * ```
 *
 * @module
 */
export { topicWords } from "../topic.ts";
export { abortedError } from "../aborted.ts";
export {
  checkTimeout,
  type Deadline,
  Deadlines,
  MAX_TIMEOUT,
  type Timers,
} from "./deadlines.ts";
export {
  type BusClass,
  type BusContext,
  type BusDefinition,
  defineBus,
  isBusClass,
} from "./define_bus.ts";
export {
  DeliveryQueue,
  type DeliveryQueueOptions,
  type Reader,
} from "./delivery_queue.ts";
export { HandlerPool } from "./handler_pool.ts";
export { Handlers, REQUEST_TIMEOUT } from "./handlers.ts";
export { DerivedDelivery, LocalDelivery } from "./local_delivery.ts";
export {
  checkConcurrency,
  checkCount,
  checkRetry,
  checkSubscribeOptions,
  CONCURRENCY,
  MOST_ATTEMPTS,
  MOST_QUEUE_SIZE,
  QUEUE_SIZE,
  retryWait,
} from "./options.ts";
export { PatternIndex } from "./pattern_index.ts";
export {
  LocalRequest,
  noHandlerError,
  type PendingOwner,
  PendingRequest,
  requestTimeoutError,
} from "./pending_request.ts";
export {
  type Inspect,
  QueueSubscription,
  type QueueSubscriptionOptions,
} from "./queue_subscription.ts";
export { randomId } from "./random_id.ts";
export {
  describeFailure,
  handlerFailedError,
  type RemoteFailure,
} from "./remote_failure.ts";
export {
  requestedTopic,
  requestPattern,
  requestTopic,
  responseTopic,
  validateRequestTopic,
} from "./request_topics.ts";
export { Ring } from "./ring.ts";
export { Subscribers, type SubscribersOptions } from "./subscribers.ts";
export { TopicCache } from "./topic_cache.ts";
export { paced, turnMonotonic, turnOver, turnTime } from "./turn.ts";
export { acceptWhere } from "./left_out.ts";
export { Bag, type Bagged } from "./bag.ts";
export { causeOf, type GivenUp } from "./unfinished.ts";
export { MOST_WAITING, PUBLISH_TIMEOUT, WaitingRoom } from "./waiting_room.ts";
