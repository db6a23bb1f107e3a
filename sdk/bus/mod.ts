/**
 * Parts of buses: subscriptions, handlers, the queues between them,
 * {@linkcode InMemoryBus}, and the base classes of layers. A bus between
 * processes delivers its messages to {@linkcode Subscribers} and
 * {@linkcode Handlers}, and adds its own wire format. {@linkcode defineBus}
 * makes a class of it, and `busConformance` of `@caryatid/sdk/testing` tests
 * it.
 *
 * @example A class of buses, in a process
 * ```ts
 * import { InMemoryBus, Process } from "@caryatid/process";
 * import { defineBus } from "@caryatid/sdk/bus";
 *
 * const tiny = defineBus({
 *   name: "tiny",
 *   create: () => new InMemoryBus({ queueSize: 1 }), // your bus
 * });
 *
 * await using process = await Process.create({
 *   config: {
 *     "message-bus": { main: { class: "tiny" } },
 *     log: { level: "error" },
 *   },
 *   buses: [tiny],
 * });
 * await process.start();
 * await process.context.publish("greeting", "hello");
 * ```
 *
 * @module
 */
export { topicWords } from "../topic.ts";
export { abortedError } from "../errors.ts";
export {
  checkTimeout,
  type Deadline,
  Deadlines,
  MAX_TIMEOUT,
  type Timers,
} from "./deadlines.ts";
export {
  CLOSED,
  CONNECTED,
  InMemoryBus,
  type InMemoryBusOptions,
} from "./in_memory.ts";
export { ClosedHandling, ClosedSubscription } from "./closed.ts";
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
export { BusLayer, HandlingLayer, SubscriptionLayer } from "./layers.ts";
export { DerivedDelivery, LocalDelivery, randomId } from "./local_delivery.ts";
export {
  acceptWhere,
  checkConcurrency,
  checkCount,
  checkRetry,
  checkSubscribeOptions,
  CONCURRENCY,
  MOST_ATTEMPTS,
  MOST_QUEUE_SIZE,
  QUEUE_SIZE,
  retryWait,
  SKIPPED,
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
  QueueSubscription,
  type QueueSubscriptionOptions,
} from "./queue_subscription.ts";
export {
  describeFailure,
  describeHandlerFailure,
  handlerError,
  readRemoteFailure,
  type RemoteFailure,
} from "./remote_failure.ts";
export {
  answeredTopic,
  namesAnswers,
  requestedTopic,
  requestPattern,
  requestTopic,
  responsePattern,
  responseTopic,
  validateRequestTopic,
} from "./request_topics.ts";
export type { Inspect } from "./queue_loop.ts";
export type { UnorderedItem } from "./collections.ts";
export { Subscribers, type SubscribersOptions } from "./subscribers.ts";
export { causeOf, type ExhaustedDelivery } from "./retries.ts";
export {
  ANSWER_DURATION_HEADER,
  ANSWER_FAILURE_HEADER,
  type AnswerCopy,
  answerCopy,
} from "./answer_copy.ts";
export {
  BackPressure,
  MAX_WAITING,
  PUBLISH_TIMEOUT,
} from "./publisher_queue.ts";
