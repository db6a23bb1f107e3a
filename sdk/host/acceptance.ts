import { DerivedDelivery } from "../bus/local_delivery.ts";
import { describeFailure } from "../bus/remote_failure.ts";
import type { TypedTopic } from "../define_topic.ts";
import type { Log } from "../log.ts";
import type { Accept, Delivery, SubscribeOptions } from "../message_bus.ts";
import type { StandardSchema } from "../standard_schema.ts";
import { checkMessage } from "./check.ts";
import { isChecked } from "./typed_publish.ts";

/**
 * What a subscription of a module accepts: on a typed topic what fits its schema, as the schema makes it; and what `own`
 * accepts, which is the module's. Each refusal is logged. Undefined where everything is accepted.
 */
export function acceptance(
  topic: TypedTopic | string,
  own: Accept | undefined,
  log: Log,
): Accept | undefined {
  const typed = typeof topic === "string" ? undefined : fitting(topic);
  const accept = typed && own ? both(typed, own) : typed ?? own;
  return accept && logged(accept, log);
}

/** As `own`, which is the module's `where`; each delivery that it throws at is logged. */
export function wanted(
  own: NonNullable<SubscribeOptions["where"]>,
  log: Log,
): NonNullable<SubscribeOptions["where"]> {
  // In a group its queue asks, and then the member that gets it.
  const told = new WeakSet<Delivery>();
  return (delivery) => {
    try {
      return own(delivery);
    } catch (error) {
      if (!told.has(delivery)) tell(error, log);
      told.add(delivery);
      throw error;
    }
  };
}

/** As `own`, which is the module's `filter`: a topic that it throws at isn't heard, and that is logged. */
export function hearing(
  own: NonNullable<SubscribeOptions["filter"]>,
  log: Log,
): NonNullable<SubscribeOptions["filter"]> {
  return (topic) => {
    try {
      return own(topic);
    } catch (error) {
      tell(error, log);
      return false;
    }
  };
}

function fitting({ schema }: TypedTopic): Accept {
  return (delivery) =>
    isChecked(delivery, schema) ? delivery : fit(delivery, schema);
}

function fit(
  delivery: Delivery,
  schema: StandardSchema,
): Delivery | Promise<Delivery> {
  const checked = checkMessage(delivery.topic, schema, delivery.message);
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

function logged(accept: Accept, log: Log): Accept {
  const refuse = (error: unknown): never => {
    tell(error, log);
    throw error;
  };
  return (delivery) => {
    try {
      const accepted = accept(delivery);
      return accepted instanceof Promise ? accepted.catch(refuse) : accepted;
    } catch (error) {
      return refuse(error);
    }
  };
}

function tell(error: unknown, log: Log): void {
  const { message: reason, code } = describeFailure(error);
  log.warn("dropped a message: {reason}", { reason, code });
}
