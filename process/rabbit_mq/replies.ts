import { CaryatidError } from "@caryatid/sdk";
import {
  describeFailure,
  type RemoteFailure,
  responseTopic,
} from "@caryatid/sdk/bus";
import type { Message } from "amqplib";
import { encode } from "../codec/mod.ts";
import { type Names, UNHANDLED_HEADER } from "./names.ts";
import type { Publisher } from "./publisher.ts";
import { FAILURE } from "./requester.ts";

/** What a request is known by, to whoever asked. */
export function requestIdOf({ fields, properties }: Message): string {
  return properties.correlationId ?? fields.routingKey.slice(-16);
}

/** Answers to requests, on their way: to the private queue of one of ours, or to the topic that Rust Caryatid listens to. */
export class Replies {
  readonly #names: Names;
  readonly #publisher: Publisher;

  /** They are sent by `publisher`. */
  constructor(names: Names, publisher: Publisher) {
    this.#names = names;
    this.#publisher = publisher;
  }

  /** Sends what a handler returned. Rejects with `NOT_ENCODABLE`, or as a publish does. */
  async answer(request: Message, answer: unknown): Promise<void> {
    await this.#send(request, answer, {});
  }

  /** Tells why there is no answer: Rust Caryatid has no such message, and isn't told; nor is who gave up waiting. */
  async fail(request: Message, error: unknown): Promise<void> {
    const failure = failureOf(error);
    if (failure === undefined || !request.properties.replyTo) return;
    await this.#send(request, failure, { type: FAILURE });
  }

  /** Says that nobody handles it any more. */
  refuse(request: Message): void {
    const { replyTo, correlationId } = request.properties;
    if (!replyTo || !correlationId) return;
    const failure = { code: "NO_HANDLER", message: "its handler was closed" };
    const headers = { [UNHANDLED_HEADER]: "1" };
    this.#send(request, failure, { type: FAILURE, headers })
      .catch(() => {}); // the requester's deadline tells it, then
  }

  async #send(
    request: Message,
    answer: unknown,
    properties: {
      readonly type?: string;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<void> {
    const { replyTo } = request.properties;
    const [exchange, key] = replyTo
      ? ["", replyTo]
      : [this.#names.front, responseTopic(request.fields.routingKey)!];
    await this.#publisher.send({
      exchange,
      key,
      body: encode(answer),
      properties: { correlationId: requestIdOf(request), ...properties },
    });
  }
}

/** What the requester is told; nothing where nobody waits. */
function failureOf(error: unknown): RemoteFailure | undefined {
  if (!(error instanceof CaryatidError)) return describeFailure(error);
  if (error.code === "HANDLER_FAILED") return error.cause as RemoteFailure;
  if (error.code === "ABORTED") return undefined;
  return describeFailure(error);
}
