import {
  type Context,
  defineTopic,
  type PublishOptions,
  type StandardSchema,
} from "@caryatid/sdk";
import type { RecordedMessage } from "../record/recorded_message.ts";

/** As long as it takes: a replay waits for whoever reads, and ends its wait when the process stops. In milliseconds. */
const PATIENCE = 2 ** 31 - 1;

/** Publishes what was recorded, with its id and headers, as the type that all of it has, if that is known. */
export class Outlet {
  readonly #context: Context;
  readonly #schema: StandardSchema | undefined;

  constructor(context: Context, schema: StandardSchema | undefined) {
    this.#context = context;
    this.#schema = schema;
  }

  /** Rejects as `publish` does. */
  publish(
    topic: string,
    { id, headers, message }: RecordedMessage,
  ): Promise<void> {
    const context = this.#context;
    const waiting = { signal: context.signal, timeout: PATIENCE };
    const options: PublishOptions = id === undefined
      ? waiting
      : { ...waiting, id, headers };
    return this.#schema === undefined
      ? context.publish(topic, message, options)
      : context.publish(defineTopic(topic, this.#schema), message, options);
  }
}
