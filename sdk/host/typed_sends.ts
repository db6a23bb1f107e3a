import { DerivedDelivery } from "../bus/local_delivery.ts";
import { describeFailure } from "../bus/remote_failure.ts";
import { CaryatidError } from "../errors.ts";
import type { Delivery, RequestDelivery } from "../delivery.ts";
import type { Handler } from "../handling.ts";
import type {
  MessageBus,
  PublishOptions,
  RequestOptions,
} from "../message_bus.ts";
import {
  issuePath,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
} from "../standard_schema.ts";
import type { TopicSchemas } from "../typed_topic.ts";
import { isWireSchema, type WireSchema } from "../wire.ts";
import { withNulls } from "./null_of_rust.ts";
import { sameValue } from "./same_value.ts";
import { isPlainlyValid } from "./zod_check.ts";

/**
 * Checks `value` against `schema`. Returns `value` itself unless the schema
 * transformed it: most libraries copy checked values.
 *
 * Returns a promise only if the schema does. Throws, or rejects with,
 * `INVALID_MESSAGE`, also if the schema itself throws.
 */
export function checkMessage<Output>(
  topic: string,
  schema: StandardSchema<unknown, Output>,
  value: unknown,
): Output | Promise<Output> {
  if (isPlainlyValid(schema, value)) return value as Output;
  try {
    const result = schema["~standard"].validate(value);
    return result instanceof Promise
      ? result.then((result) => outcome(topic, value, result))
        .catch((error) => {
          throw asInvalid(topic, error);
        })
      : outcome(topic, value, result);
  } catch (error) {
    throw asInvalid(topic, error);
  }
}

/**
 * Checks a received value as {@linkcode checkMessage} does. An empty array that
 * the schema refuses may be the null of Rust's JSON: it is checked once more as
 * null.
 */
export function checkReceived<Output>(
  topic: string,
  schema: StandardSchema<unknown, Output>,
  value: unknown,
): Output | Promise<Output> {
  if (isPlainlyValid(schema, value)) return value as Output;
  try {
    const result = schema["~standard"].validate(value);
    return result instanceof Promise
      ? result.then((result) => receivedOutcome(topic, schema, value, result))
        .catch((error) => {
          throw asInvalid(topic, error);
        })
      : receivedOutcome(topic, schema, value, result);
  } catch (error) {
    throw asInvalid(topic, error);
  }
}

function receivedOutcome<Output>(
  topic: string,
  schema: StandardSchema<unknown, Output>,
  value: unknown,
  result: SchemaResult<Output>,
): Output | Promise<Output> {
  const again = result.issues && withNulls(value, result.issues);
  return again === undefined
    ? outcome(topic, value, result)
    : checkMessage(topic, schema, again);
}

/**
 * Returns the wire form of `value`, as the schema encodes it. Throws
 * `INVALID_MESSAGE`.
 */
export function encodeMessage(
  topic: string,
  schema: WireSchema,
  value: unknown,
): unknown {
  try {
    const result = schema["~wire"].encode(value);
    if (result.issues) throw invalidMessageError(topic, result.issues);
    return result.value;
  } catch (error) {
    throw asInvalid(topic, error);
  }
}

/**
 * Wraps an error of a schema: for example at a message that is too deep for its
 * recursion.
 */
function asInvalid(topic: string, error: unknown): CaryatidError {
  return error instanceof CaryatidError ? error : new CaryatidError(
    "INVALID_MESSAGE",
    `Cannot use the message on "${topic}": its schema throws: ` +
      describeFailure(error).message,
    { cause: error },
  );
}

function outcome<Output>(
  topic: string,
  value: unknown,
  result: SchemaResult<Output>,
): Output {
  if (result.issues) throw invalidMessageError(topic, result.issues);
  return sameValue(value, result.value) ? value as Output : result.value;
}

function invalidMessageError(
  topic: string,
  issues: readonly SchemaIssue[],
): CaryatidError {
  const list = issues.slice(0, 5).map((issue) => {
    const path = issuePath(issue);
    return path === "" ? issue.message : `${path}: ${issue.message}`;
  });
  if (issues.length > 5) list.push(`and ${issues.length - 5} more`);
  return new CaryatidError(
    "INVALID_MESSAGE",
    `Cannot use the message on "${topic}": ${list.join("; ")}`,
    { hint: "Compare the message with the schema given to defineTopic." },
  );
}

/**
 * Marks a message as checked, so that a subscriber of the same topic in this
 * process need not check it again.
 */
const CHECKED = Symbol("caryatid.checked");

/**
 * Mark of a publish without options. It is a class: a literal with a symbol
 * costs twice as much.
 */
class Mark {
  readonly [CHECKED]: StandardSchema;

  constructor(schema: StandardSchema) {
    this[CHECKED] = schema;
  }
}

/** Mark of the last publish without options: nothing changes a mark. */
let lastMark: Mark | undefined;

/**
 * Checks `message` and publishes the original: receivers transform it, unless
 * the schema has a wire form. Rejects with `INVALID_MESSAGE`.
 */
export function publishChecked(
  bus: Pick<MessageBus, "publish">,
  topic: TopicSchemas,
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

/**
 * Returns true if `delivery` was checked with `schema` in this process, without
 * a transformation.
 */
export function isChecked(
  delivery: Delivery,
  schema: StandardSchema,
): boolean {
  const { options } = delivery as { options?: Partial<Mark> };
  return options?.[CHECKED] === schema;
}

function mark(
  { schema }: TopicSchemas,
  options: PublishOptions | undefined,
  unchanged: boolean,
): PublishOptions | undefined {
  if (!unchanged) return options;
  if (options !== undefined) {
    return { ...options, [CHECKED]: schema } as PublishOptions;
  }
  if (lastMark?.[CHECKED] !== schema) lastMark = new Mark(schema);
  return lastMark as PublishOptions;
}

/**
 * Makes a request, and checks the message and the answer. Rejects with
 * `INVALID_MESSAGE`.
 */
export async function requestChecked(
  bus: Pick<MessageBus, "request">,
  topic: TopicSchemas,
  message: unknown,
  options: RequestOptions | undefined,
): Promise<unknown> {
  const question = await sentForm(topic.name, topic.schema, message);
  const answer = await bus.request(topic.name, question, options);
  return topic.answer === undefined
    ? answer
    : await checkReceived(topic.name, topic.answer as never, answer);
}

/**
 * Returns a handler that checks message and answer. An invalid one fails the
 * request with `INVALID_MESSAGE`.
 */
export function answerChecked(topic: TopicSchemas, handler: Handler): Handler {
  return async (request) => {
    const message = await checkReceived(
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

/**
 * Returns the checked message, in its wire form if the schema has one.
 */
async function sentForm(
  topic: string,
  schema: StandardSchema,
  message: unknown,
): Promise<unknown> {
  if (isWireSchema(schema)) return encodeMessage(topic, schema, message);
  await checkMessage(topic, schema, message);
  return message;
}

/**
 * Request with the transformed message. Other handlers of the request have
 * their own.
 */
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
