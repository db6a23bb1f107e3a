/**
 * SDK for authors of modules: define a module, and publish, subscribe, request
 * and handle through its {@linkcode Context}.
 *
 * @example A module that publishes a greeting on every n-th tick
 * ```ts
 * import { defineModule, defineTopic, type Module } from "@caryatid/sdk";
 * import { z } from "zod";
 *
 * const schema = z.object({ number: z.number().int() });
 * const tick = defineTopic("clock.tick", schema);
 *
 * export default defineModule({
 *   name: "greeter",
 *   config: z.object({ every: z.number().int().positive().default(1) }),
 *   init(context, config) {
 *     const ticks = context.subscribe(tick);
 *     context.run(async () => {
 *       for await (const { message } of ticks) {
 *         if (message.number % config.every === 0) {
 *           await context.publish("greeter.hello", { hello: message.number });
 *         }
 *       }
 *     });
 *   },
 * }) as Module;
 * ```
 *
 * @module
 */
export type { Clock } from "./clock.ts";
export type {
  ConfigDefaults,
  ConfigInputOf,
  ConfigOf,
  ConfigValue,
  PartialDefaults,
  Widened,
} from "./config_defaults.ts";
export type { Context, HandlerOf } from "./context.ts";
export {
  declaredTopics,
  defineModule,
  type InitOptions,
  isModule,
  type Module,
  type ModuleDefinition,
  type PermissionRequest,
  type PermissionsOf,
  type StateInputOf,
  type StateOf,
} from "./module.ts";
export type { Topics, TopicsOf, TopicUse } from "./topics.ts";
export { defineTopic, type TopicOptions } from "./define_topic.ts";
export {
  CaryatidError,
  type CaryatidErrorOptions,
  type ErrorCode,
  type OwnCode,
} from "./errors.ts";
export { Float, type WireSchema } from "./wire.ts";
export type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetters,
} from "./dead_letters.ts";
export type { BusHealth, Health, ModuleHealth, ModuleState } from "./health.ts";
export type { Log } from "./log.ts";
export type { Delivery, RequestDelivery } from "./delivery.ts";
export type { HandleOptions, Handler, Handling } from "./handling.ts";
export type {
  BusAbilities,
  MessageBus,
  OpenOptions,
  PublishOptions,
  RequestOptions,
} from "./message_bus.ts";
export type {
  Accept,
  BusSubscribeOptions,
  ByteBudget,
  ConsumeOptions,
  Consumer,
  Overflow,
  SubscribeOptions,
  Subscription,
} from "./subscription.ts";
export {
  MAX_TOPIC_BYTES,
  patternCovers,
  patternsOverlap,
  topicMatches,
  validatePattern,
  validateTopic,
} from "./topic.ts";
export type { RetryOptions } from "./retry_options.ts";
export type { SpanBatch, SpanKind, SpanRecord } from "./span_batch.ts";
export type {
  SchemaInput,
  SchemaIssue,
  SchemaOutput,
  SchemaResult,
  StandardSchema,
} from "./standard_schema.ts";
export type {
  AnswerInput,
  AnswerOutput,
  CodedError,
  MessageInput,
  MessageOutput,
  PatternWord,
  Topic,
  TopicOf,
  TopicOrPattern,
  TopicSchemas,
  TypedPattern,
  TypedTopic,
  WordsOf,
} from "./typed_topic.ts";
