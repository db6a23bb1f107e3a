/**
 * Parts that check code and its section of a configuration. They are separate
 * from `@caryatid/sdk/bus` and `@caryatid/sdk/internal/host` because the
 * command line checks code without running it, and every file takes time at the
 * start.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export { topicWords } from "../topic.ts";
export { isBusClass } from "../bus/define_bus.ts";
export { MOST_QUEUE_SIZE, QUEUE_SIZE } from "../bus/options.ts";
export { describeFailure } from "../bus/remote_failure.ts";
export { issueKeys, unknownKeys } from "./unknown_keys.ts";
