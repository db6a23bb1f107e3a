/** Largest `details` of an error, in bytes of CBOR. */
export const MAX_DETAILS_BYTES = 65_536;

/** Deepest nesting of `details`. */
const MAX_DEPTH = 32;

/**
 * Returns why `details` cannot be sent with an error, or undefined if they can:
 * data that every bus can carry, at most {@linkcode MAX_DETAILS_BYTES}.
 */
export function detailsFault(details: unknown): string | undefined {
  try {
    new DetailsSize().add(details, 0);
    return undefined;
  } catch (error) {
    if (error instanceof DetailsFault) return error.message;
    return "its details throw when they are read";
  }
}

class DetailsFault extends Error {}

/**
 * Counts the bytes that a value takes as CBOR, from below: a head of one byte
 * for each item, and the bytes of texts.
 */
class DetailsSize {
  #bytes = 0;

  add(value: unknown, depth: number): void {
    if (depth > MAX_DEPTH) {
      throw new DetailsFault(`its details are nested over ${MAX_DEPTH} deep`);
    }
    this.#count(1);
    switch (typeof value) {
      case "number":
      case "bigint":
        return this.#count(8);
      case "string":
        return this.#addText(value);
      case "boolean":
        return;
      case "object":
        return this.#addObject(value, depth);
      default:
        throw new DetailsFault(`its details contain a ${typeof value}`);
    }
  }

  #addText(text: string): void {
    if (!text.isWellFormed()) {
      throw new DetailsFault("its details contain a lone surrogate");
    }
    this.#count(text.length);
  }

  #addObject(value: object | null, depth: number): void {
    if (value === null) return;
    if (value instanceof Uint8Array) return this.#count(value.byteLength);
    if (value instanceof Date) return this.#count(24);
    if (Array.isArray(value)) {
      for (const item of value) this.add(item, depth + 1);
      return;
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new DetailsFault(
        "its details contain an object that is not data: use tables, lists, " +
          "texts, numbers, booleans, dates and bytes",
      );
    }
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue;
      this.#addText(key);
      this.add(item, depth + 1);
    }
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_DETAILS_BYTES) {
      throw new DetailsFault(
        `its details are over ${MAX_DETAILS_BYTES} bytes`,
      );
    }
  }
}
