import { DerivedDelivery } from "../bus/local_delivery.ts";
import type { TypedTopic } from "../define_topic.ts";
import type {
  Handler,
  MessageBus,
  RequestDelivery,
  RequestOptions,
} from "../message_bus.ts";
import { checkMessage } from "./check.ts";

/** Asks, with question and answer checked. Rejects with `INVALID_MESSAGE` where one doesn't fit. */
export async function requestChecked(
  bus: MessageBus,
  topic: TypedTopic,
  message: unknown,
  options: RequestOptions | undefined,
): Promise<unknown> {
  await checkMessage(topic.name, topic.schema, message);
  const answer = await bus.request(topic.name, message, options);
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
    if (topic.answer !== undefined) {
      await checkMessage(request.topic, topic.answer, answer);
    }
    return answer;
  };
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
