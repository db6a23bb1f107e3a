import type { Context } from "@caryatid/sdk";

/** Maximum time to wait for the answer of a process, in milliseconds. */
const TIMEOUT = 2_000;
/** Maximum number of topics of a process, and length of a schema as JSON. */
const MAX_TOPICS = 500;
const MAX_LENGTH = 32_768;

/** A topic whose messages have a JSON Schema. */
export interface TypedTopic {
  /** Name of the process, and id of the module that receives its messages. */
  readonly process: string;
  readonly module: string;
  readonly pattern: string;
  readonly isRequest: boolean;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** A process on the bus. */
export interface KnownProcess {
  readonly id: string;
  readonly name: string;
}

/**
 * Requests the typed topics of all processes. A process that does not answer in
 * time, or answers something else, has none.
 */
export async function typedTopics(
  context: Context,
  processes: readonly KnownProcess[],
): Promise<readonly TypedTopic[]> {
  const answers = await Promise.all(processes.map(async ({ id, name }) => {
    if (!/^[0-9a-f]{8}$/.test(id)) return [];
    const topic = `caryatid.control.${id}`;
    const request = { action: "describe" };
    const answer = await context.request(topic, request, { timeout: TIMEOUT })
      .catch(() => undefined); // it is of another version, or has just ended
    return readTopics(answer, name);
  }));
  return answers.flat();
}

/** Reads an answer, which any program on the bus may have sent. */
function readTopics(answer: unknown, process: string): TypedTopic[] {
  const { topics } = (answer ?? {}) as Record<string, unknown>;
  if (!Array.isArray(topics)) return [];
  return topics.slice(0, MAX_TOPICS).flatMap((each) => {
    const { module, pattern, request, schema } = (each ?? {}) as Record<
      string,
      unknown
    >;
    const isUsable = typeof module === "string" &&
      typeof pattern === "string" && pattern.length <= 255 &&
      typeof schema === "object" && schema !== null && !Array.isArray(schema) &&
      JSON.stringify(schema).length <= MAX_LENGTH;
    if (!isUsable) return [];
    return {
      process,
      module: module.slice(0, 200),
      pattern,
      isRequest: request === true,
      schema: schema as TypedTopic["schema"],
    };
  });
}
