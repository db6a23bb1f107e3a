import type { TopicSchemas } from "@caryatid/sdk";
import type { TypedTopicMessage } from "../snapshots/typed_topic_message.ts";

/** Maximum number of topics, and length of a schema as JSON. */
const MAX_TOPICS = 500;
const MAX_LENGTH = 32_768;

/** A typed topic that a module receives. */
interface Received {
  readonly module: string;
  readonly isRequest: boolean;
  readonly topic: TopicSchemas;
}

/** Typed topics that the modules of a process subscribe to or handle. */
export class TypedTopics {
  readonly #received = new Map<string, Received>();

  /** Adds a topic. One that is known already is replaced. */
  add(module: string, use: "subscribe" | "handle", topic: TopicSchemas): void {
    const key = JSON.stringify([module, use, topic.name]);
    if (this.#received.size >= MAX_TOPICS && !this.#received.has(key)) return;
    const isRequest = use === "handle";
    this.#received.set(key, { module, isRequest, topic });
  }

  /** Describes them. A schema without a JSON Schema is left out. */
  async describe(): Promise<readonly TypedTopicMessage[]> {
    const { jsonSchemaOf } = await import("@caryatid/sdk/internal/json-schema");
    const described: TypedTopicMessage[] = [];
    for (const { module, isRequest, topic } of this.#received.values()) {
      const schema = jsonSchemaOf(topic.schema, "input");
      const isUseful = Object.keys(schema).length > 0 &&
        JSON.stringify(schema).length <= MAX_LENGTH;
      if (!isUseful) continue;
      described.push({
        module,
        pattern: topic.name,
        ...isRequest && { request: true },
        schema,
      });
    }
    return described;
  }
}
