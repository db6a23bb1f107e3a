import { CaryatidError, type Delivery } from "@caryatid/sdk";

/** First words of paths. */
const ROOTS = ["message", "headers", "topic", "id", "time"];

/**
 * Splits a path such as `message.items.0.name` into words. Throws an error with
 * the reason for an invalid path.
 */
export function pathWords(path: string): readonly string[] {
  const words = path.split(".");
  if (!ROOTS.includes(words[0]!)) {
    throw new CaryatidError(
      "INVALID_OPTION",
      `expected a path that begins with ${ROOTS.join(", ")}`,
    );
  }
  if (words.includes("")) {
    throw new CaryatidError("INVALID_OPTION", "found an empty word");
  }
  return words;
}

/**
 * Returns the value at a path of a delivery; undefined if it is missing or
 * reading it throws.
 */
export function valueAt(delivery: Delivery, words: readonly string[]): unknown {
  try {
    let value = rootValue(delivery, words[0]!);
    for (let i = 1; i < words.length; i++) {
      if (typeof value !== "object" || value === null) return undefined;
      const word = words[i]!;
      if (!Object.hasOwn(value, word)) return undefined;
      value = (value as Record<string, unknown>)[word];
    }
    return value;
  } catch {
    return undefined; // a getter or a proxy in the message
  }
}

function rootValue(delivery: Delivery, root: string): unknown {
  switch (root) {
    case "message":
      return delivery.message;
    case "topic":
      return delivery.topic;
    case "headers":
      return delivery.headers;
    case "id":
      return delivery.id;
    default:
      return new Date(delivery.time).toISOString();
  }
}
