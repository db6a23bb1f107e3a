/**
 * What a module author needs: define a module, and publish, subscribe, request and handle through its {@linkcode Context}.
 *
 * @example A module that says hello on every n-th tick
 * ```ts
 * import { defineModule, defineTopic, type Module } from "@caryatid/sdk";
 * import { z } from "zod";
 *
 * const tick = defineTopic("clock.tick", z.object({ number: z.number().int() }));
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
export type { Context } from "./context.ts";
export { declaredTopics } from "./declared_topics.ts";
export { defineTopic, type TypedTopic } from "./define_topic.ts";
export {
  CaryatidError,
  type CaryatidErrorOptions,
  type ErrorCode,
} from "./errors.ts";
export { Float } from "./float.ts";
export type { Log } from "./log.ts";
export type {
  Accept,
  BusAbilities,
  Delivery,
  HandleOptions,
  Handler,
  Handling,
  MessageBus,
  OpenOptions,
  Overflow,
  PublishOptions,
  RequestDelivery,
  RequestOptions,
  SubscribeOptions,
  Subscription,
} from "./message_bus.ts";
export {
  defineModule,
  isModule,
  type Module,
  type ModuleDefinition,
  type PermissionRequest,
  type PermissionsOf,
} from "./module.ts";
export { patternCovers } from "./pattern_covers.ts";
export type { RetryOptions } from "./retry_options.ts";
export type {
  SchemaInput,
  SchemaIssue,
  SchemaOutput,
  SchemaResult,
  StandardSchema,
} from "./standard_schema.ts";
export {
  MAX_TOPIC_BYTES,
  patternsOverlap,
  topicMatches,
  validatePattern,
  validateTopic,
} from "./topic.ts";
export type { Topics, TopicsOf, TopicUse } from "./topics.ts";
export type { WireSchema } from "./wire_schema.ts";
