import { DerivedDelivery } from "../bus/local_delivery.ts";
import { describeFailure, ownErrorFault } from "../bus/remote_failure.ts";
import type { TopicSchemas } from "../typed_topic.ts";
import type { Log } from "../log.ts";
import type { Delivery } from "../delivery.ts";
import type { HandleOptions } from "../handling.ts";
import type { Accept, SubscribeOptions } from "../subscription.ts";
import type { StandardSchema } from "../standard_schema.ts";
import { deniedHint } from "./denied_access.ts";
import { checkReceived, isChecked } from "./typed_sends.ts";

/**
 * Logs the messages that subscriptions of one module reject, each message once,
 * although several subscriptions may receive it.
 */
export class RejectionLog {
  readonly #log: Log;
  readonly #logged = new WeakSet<object>();

  /** Writes to this log. */
  constructor(log: Log) {
    this.#log = log;
  }

  /** Logs that a subscription drops a message because of `error`. */
  warn({ message }: Pick<Delivery, "message">, error: unknown): void {
    if (typeof message === "object" && message !== null) {
      if (this.#logged.has(message)) return;
      this.#logged.add(message);
    }
    logRejection(error, this.#log);
  }
}

/**
 * Returns the `accept` of a module's subscription: the check of a typed topic's
 * schema, then the module's `own`. Each rejection is logged. Returns undefined
 * if everything is accepted.
 */
export function acceptance(
  topic: TopicSchemas | string,
  own: Accept | undefined,
  rejections: RejectionLog,
): Accept | undefined {
  const typed = typeof topic === "string" ? undefined : schemaCheck(topic);
  const accept = typed && own ? both(typed, own) : typed ?? own;
  return accept && loggedAccept(accept, rejections);
}

/**
 * Returns the module's `where`, wrapped so that its errors are logged.
 */
export function loggedWhere(
  own: NonNullable<SubscribeOptions["where"]>,
  log: Log,
): NonNullable<SubscribeOptions["where"]> {
  // In a group, the queue calls it first, and then the member.
  const logged = new WeakSet<Delivery>();
  return (delivery) => {
    try {
      return own(delivery);
    } catch (error) {
      if (!logged.has(delivery)) logRejection(error, log);
      logged.add(delivery);
      throw error;
    }
  };
}

/**
 * Returns the module's `onError`, wrapped so that two kinds of errors are
 * logged: an error of the module's own that cannot reach its requester, and a
 * denied permission.
 */
export function loggedErrors(
  own: HandleOptions["onError"],
  module: string,
  log: Log,
): NonNullable<HandleOptions["onError"]> {
  return (error, request) => {
    const fault = ownErrorFault(error);
    if (fault !== undefined) {
      log.warn(
        'the handler of module "{module}" failed on {topic}: {fault}',
        { module, topic: request.topic, fault },
      );
    }
    const hint = deniedHint(module, error);
    if (hint !== undefined) {
      log.warn(
        'the handler of module "{module}" failed on {topic}: {reason} ({hint})',
        {
          module,
          topic: request.topic,
          reason: describeFailure(error).message,
          hint,
        },
      );
    }
    own?.(error, request);
  };
}

function schemaCheck({ schema }: TopicSchemas): Accept {
  return (delivery) =>
    isChecked(delivery, schema) ? delivery : fit(delivery, schema);
}

function fit(
  delivery: Delivery,
  schema: StandardSchema,
): Delivery | Promise<Delivery> {
  const checked = checkReceived(delivery.topic, schema, delivery.message);
  return checked instanceof Promise
    ? checked.then((checked) => withMessage(delivery, checked))
    : withMessage(delivery, checked);
}

function withMessage(delivery: Delivery, message: unknown): Delivery {
  return message === delivery.message
    ? delivery
    : new DerivedDelivery(delivery, message, delivery.redelivered);
}

function both(first: Accept, second: Accept): Accept {
  return (delivery) => {
    const accepted = first(delivery);
    return accepted instanceof Promise
      ? accepted.then(second)
      : second(accepted);
  };
}

function loggedAccept(accept: Accept, rejections: RejectionLog): Accept {
  const refuse = (delivery: Delivery, error: unknown): never => {
    rejections.warn(delivery, error);
    throw error;
  };
  return (delivery) => {
    try {
      const accepted = accept(delivery);
      return accepted instanceof Promise
        ? accepted.catch((error) => refuse(delivery, error))
        : accepted;
    } catch (error) {
      return refuse(delivery, error);
    }
  };
}

function logRejection(error: unknown, log: Log): void {
  const { message: reason, code } = describeFailure(error);
  log.warn("dropped a message: {reason}", { reason, code });
}
