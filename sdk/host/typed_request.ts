import { DerivedDelivery } from "../bus/local_delivery.ts";
import type { TypedTopic } from "../define_topic.ts";
import type {
  Handler,
  MessageBus,
  RequestDelivery,
  RequestOptions,
} from "../message_bus.ts";
import type { StandardSchema } from "../standard_schema.ts";
import { isWireSchema } from "../wire_schema.ts";
import { checkMessage, encodeMessage } from "./check.ts";

/** Asks, with question and answer checked. Rejects with `INVALID_MESSAGE` where one doesn't fit. */
export async function requestChecked(
  bus: MessageBus,
  topic: TypedTopic,
  message: unknown,
  options: RequestOptions | undefined,
): Promise<unknown> {
  const question = await sentForm(topic.name, topic.schema, message);
  const answer = await bus.request(topic.name, question, options);
  return topic.answer === undefined
    ? answer
    : await checkMessage(topic.name, topic.answer as never, answer);
}

/** A handler whose question and answer are checked; what doesn't fit fails the request with `INVALID_MESSAGE`. */
export function answerChecked(topic: TypedTopic, handler: Handler): Handler {
  return async (request) => {
    const message = await checkMessage(
      request.topic,
      topic.schema,
      request.message,
    );
    const question = message === request.message
      ? request
      : new CheckedRequest(request, message);
    const answer = await handler(question);
    return topic.answer === undefined
      ? answer
      : await sentForm(request.topic, topic.answer, answer);
  };
}

/** What is sent: the message itself, checked, unless the schema has a form to be sent. */
async function sentForm(
  topic: string,
  schema: StandardSchema,
  message: unknown,
): Promise<unknown> {
  if (isWireSchema(schema)) return encodeMessage(topic, schema, message);
  await checkMessage(topic, schema, message);
  return message;
}

/** The question as the schema transformed it. Other handlers of the same request get their own. */
class CheckedRequest<T> extends DerivedDelivery<T>
  implements RequestDelivery<T> {
  readonly #request: RequestDelivery;

  constructor(request: RequestDelivery, message: T) {
    super(request, message, request.redelivered);
    this.#request = request;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }
}
