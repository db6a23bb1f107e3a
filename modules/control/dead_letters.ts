import type { DeadLetter, DeadLetterFilter } from "@caryatid/sdk";
import { encode } from "@caryatid/process/codec";

/** Reads the filter of a call from its query. */
export function filterOf({ searchParams }: URL): DeadLetterFilter {
  const [topic, id, code, limit] = ["topic", "id", "code", "limit"]
    .map((name) => searchParams.get(name));
  return {
    ...topic === null || topic === undefined ? {} : { topic },
    ...id === null || id === undefined ? {} : { id },
    ...code === null || code === undefined ? {} : { code },
    ...limit === null || limit === undefined ? {} : { limit: Number(limit) },
  };
}

/**
 * Returns a line for each dead letter, base64 of CBOR. The message is left out:
 * the shell decodes it from the body.
 */
export function letterLines(letters: readonly DeadLetter[]): ReadableStream {
  const rest = letters.values();
  const text = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = rest.next();
      if (done) return controller.close();
      const { message: _, ...letter } = value;
      controller.enqueue(text.encode(`${encode(letter).toBase64()}\n`));
    },
  });
}
