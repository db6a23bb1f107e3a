import { types } from "node:util";
import { bytesText } from "./bytes_text.ts";
import { oneLine } from "./one_line.ts";
import { quoted } from "./plain_text.ts";
import { redaction, type Steps } from "./redaction.ts";

/** Levels that are shown: what is deeper is cut, and a stack overflow out of reach. */
const DEEPEST = 16;
/** A larger one is not written out: that takes longer than its length says. */
const LARGEST_INTEGER = 2n ** 128n;
const MORE = "…";
const NOTHING_HIDDEN = redaction([]);

/**
 * A plain copy of any value, in about `size` characters, without what `steps` hide. What is left out is marked.
 *
 * Runs no code of the value: no getter, no proxy, no iterator of its own. Takes as long as `size` says, however large the value
 * is; only the keys of an object are all listed by JavaScript itself.
 */
export function excerpt(value: unknown, size: number, steps: Steps): unknown {
  return new Excerpt(size).copy(value, steps);
}

class Excerpt {
  #left: number;
  readonly #longestText: number;
  /** From the root to here. */
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
    if (this.#path.length === DEEPEST) {
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
      return this.#take("<unreadable>"); // a module that isn't evaluated yet
    } finally {
      this.#path.pop();
    }
  }

  /** What is shown as one value. */
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

  /** Books what stands for a value, and two characters between it and the next one. */
  #take<T>(shown: T): T {
    this.#left -= String(shown).length + 2;
    return shown;
  }

  #text(text: string): string {
    const room = Math.max(16, Math.min(this.#longestText, this.#left));
    let short = cut(text, room);
    // Escaped, each character may take six.
    if (quoted(short).length > 2 * room) short = cut(text, room >> 2);
    this.#left -= quoted(short).length + 2;
    return short;
  }
}

/** The beginning of a text, and how much there is more. Holds on to no part of the text itself. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const start = text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");
  const rest = text.length - start.length;
  return JSON.parse(JSON.stringify(`${start}${MORE} ${rest} more`));
}

function integer(value: bigint): string {
  return value < LARGEST_INTEGER && value > -LARGEST_INTEGER
    ? `${value}n`
    : "<large integer>";
}

/** What an own property holds, without running a getter. */
function ownValue(object: object, key: string | number): unknown {
  const property = Object.getOwnPropertyDescriptor(object, key);
  if (property === undefined) return undefined;
  return "value" in property ? property.value : "<getter>";
}

/** Also under `__proto__`. */
function put(table: Record<string, unknown>, key: string, value: unknown) {
  Object.defineProperty(table, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
