import type { TypedTopic } from "../define_topic.ts";
import type { Delivery, MessageBus, PublishOptions } from "../message_bus.ts";
import type { StandardSchema } from "../standard_schema.ts";
import { isWireSchema } from "../wire_schema.ts";
import { checkMessage, encodeMessage } from "./check.ts";

/** Marks a message as fitting a schema as it is, so that a subscriber of the same topic in this process needn't look again. */
const CHECKED = Symbol("caryatid.checked");

/** The mark of a publish without options: a class, as a literal with a symbol costs twice as much. */
class Mark {
  readonly [CHECKED]: StandardSchema;

  constructor(schema: StandardSchema) {
    this[CHECKED] = schema;
  }
}

/**
 * Checks `message` and publishes it as it was given: a transformation is the receiver's, unless the schema has a form to be sent.
 * Rejects with `INVALID_MESSAGE`.
 */
export function publishChecked(
  bus: Pick<MessageBus, "publish">,
  topic: TypedTopic,
  message: unknown,
  options: PublishOptions | undefined,
): Promise<void> {
  let checked: unknown;
  try {
    if (isWireSchema(topic.schema)) {
      const sent = encodeMessage(topic.name, topic.schema, message);
      return bus.publish(topic.name, sent, options);
    }
    checked = checkMessage(topic.name, topic.schema, message);
  } catch (error) {
    return Promise.reject(error);
  }
  return checked instanceof Promise
    ? checked.then((checked) =>
      bus.publish(
        topic.name,
        message,
        mark(topic, options, checked === message),
      )
    )
    : bus.publish(
      topic.name,
      message,
      mark(topic, options, checked === message),
    );
}

/** Whether `delivery` was checked with `schema` in this process, and found to fit as it is. */
export function isChecked(
  delivery: Delivery,
  schema: StandardSchema,
): boolean {
  const { options } = delivery as { options?: Partial<Mark> };
  return options?.[CHECKED] === schema;
}

function mark(
  { schema }: TypedTopic,
  options: PublishOptions | undefined,
  unchanged: boolean,
): PublishOptions | undefined {
  if (!unchanged) return options;
  return options === undefined
    ? new Mark(schema) as PublishOptions
    : { ...options, [CHECKED]: schema } as PublishOptions;
}
