import type { TypedTopic } from "../define_topic.ts";
import type { Delivery, PublishOptions } from "../message_bus.ts";
import type { StandardSchema } from "../standard_schema.ts";
import { checkMessage } from "./check.ts";

/** Marks a message as fitting a schema as it is, so that a subscriber of the same topic in this process needn't look again. */
const CHECKED = Symbol("caryatid.checked");

interface CheckedOptions extends PublishOptions {
  readonly [CHECKED]?: StandardSchema;
}

let lastTopic: TypedTopic | undefined;
let lastMark: CheckedOptions | undefined;
const checkedOptions = new WeakMap<TypedTopic, CheckedOptions>();

/** Sends on behalf of {@linkcode publishChecked}. */
type Send = (
  topic: string,
  message: unknown,
  options?: PublishOptions,
) => Promise<void>;

/**
 * Checks `message` and sends it as it was given: a transformation is the receiver's. Rejects with `INVALID_MESSAGE`.
 */
export function publishChecked(
  topic: TypedTopic,
  message: unknown,
  options: PublishOptions | undefined,
  send: Send,
): Promise<void> {
  let checked: unknown;
  try {
    checked = checkMessage(topic.name, topic.schema, message);
  } catch (error) {
    return Promise.reject(error);
  }
  return checked instanceof Promise
    ? checked.then((checked) =>
      send(topic.name, message, mark(topic, options, checked === message))
    )
    : send(topic.name, message, mark(topic, options, checked === message));
}

/** Whether `delivery` was checked with `schema` in this process, and found to fit as it is. */
export function isChecked(
  delivery: Delivery,
  schema: StandardSchema,
): boolean {
  const { options } = delivery as { options?: CheckedOptions };
  return options?.[CHECKED] === schema;
}

function mark(
  topic: TypedTopic,
  options: PublishOptions | undefined,
  unchanged: boolean,
): PublishOptions | undefined {
  if (!unchanged) return options;
  const marked = markOf(topic);
  return options === undefined ? marked : { ...options, ...marked };
}

function markOf(topic: TypedTopic): CheckedOptions {
  // Most publishes are on the topic of the one before.
  if (topic === lastTopic) return lastMark!;
  let marked = checkedOptions.get(topic);
  if (marked === undefined) {
    marked = { [CHECKED]: topic.schema };
    checkedOptions.set(topic, marked);
  }
  lastTopic = topic;
  return lastMark = marked;
}
