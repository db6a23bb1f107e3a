import { CaryatidError } from "@caryatid/sdk";
import {
  describeFailure,
  describeHandlerFailure,
  type RemoteFailure,
  responseTopic,
} from "@caryatid/sdk/bus";
import type { Message } from "amqplib";
import { encode } from "../../codec/mod.ts";
import { type Names, UNHANDLED_HEADER } from "../connection/topology.ts";
import type { Publisher } from "../publish/publisher.ts";
import { FAILURE } from "./requester.ts";

/** Returns the id by which the requester knows a request. */
export function requestIdOf({ fields, properties }: Message): string {
  return properties.correlationId ?? fields.routingKey.slice(-16);
}

/**
 * Sends answers to the private queue of the requester, or on the topic to which
 * Rust Caryatid subscribes.
 */
export class Replies {
  readonly #names: Names;
  readonly #publisher: Publisher;

  /** Sends by `publisher`. */
  constructor(names: Names, publisher: Publisher) {
    this.#names = names;
    this.#publisher = publisher;
  }

  /**
   * Sends the answer of a handler. Rejects with `NOT_ENCODABLE`, or as a
   * publish does.
   */
  async answer(request: Message, answer: unknown): Promise<void> {
    await this.#send(request, answer, {});
  }

  /**
   * Sends the error of a handler. Rust Caryatid has no such message and
   * receives none, as does a requester that has stopped waiting.
   */
  async fail(request: Message, error: unknown): Promise<void> {
    const failure = failureOf(error);
    if (failure === undefined || !request.properties.replyTo) return;
    await this.#send(request, failure, { type: FAILURE });
  }

  /** Rejects a request with `NO_HANDLER`. */
  refuse(request: Message): void {
    const { replyTo, correlationId } = request.properties;
    if (!replyTo || !correlationId) return;
    const failure = { code: "NO_HANDLER", message: "its handler was closed" };
    const headers = { [UNHANDLED_HEADER]: "1" };
    this.#send(request, failure, { type: FAILURE, headers })
      .catch(() => {}); // the requester then times out
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

/**
 * Returns the failure for the requester; undefined if it has stopped waiting.
 */
function failureOf(error: unknown): RemoteFailure | undefined {
  if (!(error instanceof CaryatidError)) return describeFailure(error);
  if (error.code === "HANDLER_FAILED") return error.cause as RemoteFailure;
  if (error.code === "ABORTED") return undefined;
  return describeHandlerFailure(error);
}
