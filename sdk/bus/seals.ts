import { CaryatidError } from "../errors.ts";
import type { Delivery } from "../delivery.ts";

/** Parts of a message that cannot be frozen, and their hash. */
interface Seal {
  readonly bytes: readonly Uint8Array[];
  readonly dates: readonly Date[];
  readonly hash: number;
}

/**
 * Detects modules that change messages. It freezes objects, and keeps a hash of
 * bytes and dates, which cannot be frozen. It visits every part of every
 * message, so it is for development.
 */
export class Seals {
  readonly #seals = new WeakMap<object, Seal>();

  /**
   * Freezes `message`. Throws `NOT_ENCODABLE` if that fails, for example at a
   * throwing getter.
   */
  seal(topic: string, message: unknown): void {
    if (typeof message !== "object" || message === null) return;
    if (this.#seals.has(message)) return;
    try {
      const { bytes, dates } = freeze(message);
      if (bytes.length + dates.length > 0) {
        this.#seals.set(message, { bytes, dates, hash: hash(bytes, dates) });
      }
    } catch (cause) {
      throw new CaryatidError(
        "NOT_ENCODABLE",
        `Cannot freeze the message on "${topic}"`,
        { cause },
      );
    }
  }

  /** Returns an error that names the subscriber if a message was changed. */
  inspect(
    delivery: Delivery,
    pattern: string,
    handedOut: boolean,
  ): CaryatidError | undefined {
    const { message, topic } = delivery;
    if (typeof message !== "object" || message === null) return undefined;
    const seal = this.#seals.get(message);
    if (seal === undefined || hash(seal.bytes, seal.dates) === seal.hash) {
      return undefined;
    }
    return new CaryatidError(
      "MESSAGE_MUTATED",
      handedOut
        ? `Cannot continue with "${pattern}": the message on "${topic}" was ` +
          "changed while this subscriber had it"
        : `Cannot give the message on "${topic}" to "${pattern}": it was ` +
          "changed after it was published",
      { hint: "Copy a message before you change it." },
    );
  }
}

/** Freezes without recursion: a message may be 10,000 levels deep. */
function freeze(message: object): { bytes: Uint8Array[]; dates: Date[] } {
  const bytes: Uint8Array[] = [];
  const dates: Date[] = [];
  const seen = new Set<object>([message]);
  for (const part of seen) {
    if (ArrayBuffer.isView(part)) {
      bytes.push(
        new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
      );
    } else if (part instanceof ArrayBuffer) {
      bytes.push(new Uint8Array(part));
    } else {
      if (part instanceof Date) dates.push(part);
      Object.freeze(part);
      for (const value of Object.values(part)) {
        if (typeof value === "object" && value !== null) seen.add(value);
      }
    }
  }
  return { bytes, dates };
}

/** FNV-1a hash: it detects accidents, not attacks. */
function hash(bytes: readonly Uint8Array[], dates: readonly Date[]): number {
  let hash = 0x811c9dc5;
  for (const part of bytes) {
    for (const byte of part) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  for (const date of dates) {
    hash = Math.imul(hash ^ Number(date), 0x01000193);
  }
  return hash >>> 0;
}
