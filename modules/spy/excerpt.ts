import { types } from "node:util";
import { oneLine, quoted } from "./one_line.ts";
import { redaction, type Steps } from "./redaction.ts";

/** Maximum number of levels, far below a stack overflow. */
const MAX_DEPTH = 16;
/** Maximum integer: formatting a larger one takes more than linear time. */
const MAX_INTEGER = 2n ** 128n;
/** Maximum number of bytes of a binary value. */
const MAX_BYTES = 16;
const MORE = "…";
const NOTHING_HIDDEN = redaction([]);

/**
 * Returns a plain copy of any value in about `size` characters, without the
 * values that `steps` hide. Omissions are marked.
 *
 * Runs no code of the value: no getter, proxy or custom iterator. The time
 * depends on `size`, not on the value; only the keys of an object are all
 * listed by JavaScript itself.
 */
export function excerpt(value: unknown, size: number, steps: Steps): unknown {
  return new Excerpt(size).copy(value, steps);
}

class Excerpt {
  #left: number;
  readonly #longestText: number;
  /** Objects from the root to the current value. */
  readonly #path: object[] = [];

  constructor(size: number) {
    this.#left = size;
    this.#longestText = Math.max(16, size >> 2);
  }

  copy(value: unknown, steps: Steps): unknown {
    if (steps.hidden) return this.#take("***");
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "bigint":
        return this.#take(integer(value));
      case "symbol":
        return this.#text(value.toString());
      case "function":
        return this.#take("<function>");
      case "object":
        return value === null ? this.#take(null) : this.#object(value, steps);
      default:
        return this.#take(value);
    }
  }

  #object(value: object, steps: Steps): unknown {
    if (types.isProxy(value)) return this.#take("<proxy>");
    if (this.#path.includes(value)) return this.#take("<cycle>");
    const whole = this.#whole(value);
    if (whole !== undefined) return whole;
    if (this.#path.length === MAX_DEPTH) {
      return this.#take(Array.isArray(value) ? `[${MORE}]` : `{${MORE}}`);
    }
    this.#path.push(value);
    try {
      if (types.isMap(value)) return this.#map(value, steps);
      if (types.isSet(value)) return this.#set(value, steps);
      return Array.isArray(value)
        ? this.#array(value, steps)
        : this.#table(value, steps);
    } catch {
      // a module namespace that is not evaluated yet
      return this.#take("<unreadable>");
    } finally {
      this.#path.pop();
    }
  }

  /** Returns the text of a value without parts, or undefined. */
  #whole(value: object): unknown {
    if (types.isDate(value)) {
      const time = Date.prototype.getTime.call(value);
      return this.#take(
        Number.isNaN(time) ? "<invalid date>" : new Date(time).toISOString(),
      );
    }
    if (types.isNativeError(value)) {
      const message = ownValue(value, "message");
      return this.#text(
        `<error: ${typeof message === "string" ? cut(message, 200) : ""}>`,
      );
    }
    const bytes = bytesText(value);
    return bytes && this.#take(bytes);
  }

  #array(value: readonly unknown[], steps: Steps): unknown[] {
    const copy: unknown[] = [];
    const { length } = value;
    for (let i = 0; i < length; i++) {
      if (this.#full) {
        copy.push(`${MORE} ${length - i} more`);
        break;
      }
      copy.push(this.copy(ownValue(value, i), steps.step(String(i))));
    }
    return copy;
  }

  #set(value: ReadonlySet<unknown>, steps: Steps): unknown[] {
    const copy: unknown[] = [];
    for (const item of Set.prototype.values.call(value)) {
      if (this.#full) {
        copy.push(MORE);
        break;
      }
      copy.push(this.copy(item, steps.step(String(copy.length))));
    }
    return copy;
  }

  #table(value: object, steps: Steps): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      if (this.#full) {
        put(copy, MORE, MORE);
        break;
      }
      this.#entry(copy, key, ownValue(value, key), steps);
    }
    return copy;
  }

  #map(
    value: ReadonlyMap<unknown, unknown>,
    steps: Steps,
  ): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const [key, below] of Map.prototype.entries.call(value)) {
      if (this.#full) {
        put(copy, MORE, MORE);
        break;
      }
      const name = typeof key === "string"
        ? key
        : oneLine(excerpt(key, 64, NOTHING_HIDDEN));
      this.#entry(copy, name, below, steps);
    }
    return copy;
  }

  #entry(
    copy: Record<string, unknown>,
    key: string,
    value: unknown,
    steps: Steps,
  ): void {
    const name = String(this.#text(key));
    put(copy, name, this.copy(value, steps.step(key)));
  }

  get #full(): boolean {
    return this.#left <= 0;
  }

  /**
   * Counts the characters of a value, and two characters between it and the
   * next one.
   */
  #take<T>(shown: T): T {
    this.#left -= String(shown).length + 2;
    return shown;
  }

  #text(text: string): string {
    const room = Math.max(16, Math.min(this.#longestText, this.#left));
    let short = cut(text, room);
    // An escaped character can take six characters.
    if (quoted(short).length > 2 * room) short = cut(text, room >> 2);
    this.#left -= quoted(short).length + 2;
    return short;
  }
}

/**
 * Returns the number of bytes of a binary value and the first 16; undefined for
 * any other value.
 */
export function bytesText(value: object): string | undefined {
  const isView = ArrayBuffer.isView(value);
  if (!isView && !types.isAnyArrayBuffer(value)) return undefined;
  try {
    const view = isView ? viewOf(value) : new Uint8Array(value);
    const start = Array.from(
      view.subarray(0, MAX_BYTES),
      (byte) => byte.toString(16).padStart(2, "0"),
    );
    const more = view.length > MAX_BYTES ? "…" : "";
    return `<${view.length} bytes: ${start.join("")}${more}>`;
  } catch {
    return "<bytes>"; // the buffer was transferred
  }
}

/**
 * Reads the range of a view by the getters of the language: a view may override
 * its own.
 */
function viewOf(view: ArrayBufferView): Uint8Array {
  const prototype = types.isDataView(view)
    ? DataView.prototype
    : Object.getPrototypeOf(Uint8Array.prototype);
  const read = (key: string) =>
    Object.getOwnPropertyDescriptor(prototype, key)!.get!.call(view);
  return new Uint8Array(read("buffer"), read("byteOffset"), read("byteLength"));
}

/**
 * Returns the start of a text and the number of further characters, as a copy
 * that does not keep the text in memory.
 */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const start = text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");
  const rest = text.length - start.length;
  return JSON.parse(JSON.stringify(`${start}${MORE} ${rest} more`));
}

function integer(value: bigint): string {
  return value < MAX_INTEGER && value > -MAX_INTEGER
    ? `${value}n`
    : "<large integer>";
}

/** Returns the value of an own property without running a getter. */
function ownValue(object: object, key: string | number): unknown {
  const property = Object.getOwnPropertyDescriptor(object, key);
  if (property === undefined) return undefined;
  return "value" in property ? property.value : "<getter>";
}

/** Defines a property, also for the key `__proto__`. */
function put(table: Record<string, unknown>, key: string, value: unknown) {
  Object.defineProperty(table, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
