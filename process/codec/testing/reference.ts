const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A break, where one may stand. */
const BREAK = Symbol("break");

/**
 * Decodes as `decode()` promises, slowly and obviously, straight from RFC 8949:
 * every argument is a bigint, every piece a copy. Throws anything at all where
 * it refuses.
 */
export function referenceDecode(bytes: Uint8Array): unknown {
  const reader = new Reference([...bytes]);
  const value = reader.item(0);
  if (value === BREAK || reader.rest.length > 0) throw new Error("refused");
  return value;
}

class Reference {
  readonly rest: number[];

  constructor(bytes: number[]) {
    this.rest = bytes.reverse();
  }

  item(depth: number): unknown {
    const initial = this.byte();
    const [major, info] = [initial >> 5, initial % 32];
    if (info === 31 && major !== 0 && major !== 1 && major !== 6) {
      return this.indefinite(major, depth);
    }
    if (major === 7) return this.simple(info);
    const argument = this.argument(info);
    switch (major) {
      case 0:
        return exact(argument);
      case 1:
        return exact(-1n - argument);
      case 2:
        return Uint8Array.from(this.bytes(argument));
      case 3:
        return utf8.decode(Uint8Array.from(this.bytes(argument)));
      case 4:
        return array(this.items(argument, depth));
      case 5:
        return map(this.items(2n * argument, depth));
      default:
        throw new Error("tag");
    }
  }

  indefinite(major: number, depth: number): unknown {
    if (major === 7) return BREAK;
    const parts: unknown[] = [];
    if (major === 2 || major === 3) {
      while (this.rest.at(-1) !== 0xff) {
        const next = this.rest.at(-1) ?? 0;
        if (next >> 5 !== major || next % 32 === 31) throw new Error("part");
        parts.push(this.item(depth));
      }
      this.byte();
      return major === 3
        ? parts.join("")
        : Uint8Array.from(parts.flatMap((part) => [...part as Uint8Array]));
    }
    if (depth === 128) throw new Error("depth");
    for (;;) {
      const value = this.item(depth + 1);
      if (value === BREAK) return major === 4 ? array(parts) : map(parts);
      parts.push(value);
    }
  }

  items(count: bigint, depth: number): unknown[] {
    if (depth === 128) throw new Error("depth");
    const items: unknown[] = [];
    for (let i = 0n; i < count; i++) items.push(this.item(depth + 1));
    return items;
  }

  simple(info: number): unknown {
    if (info >= 20 && info <= 23) {
      return [false, true, null, undefined][info - 20];
    }
    if (info < 25 || info > 27) throw new Error("simple");
    const size = 2 ** (info - 24);
    const view = new DataView(Uint8Array.from(this.bytes(BigInt(size))).buffer);
    if (size === 2) return view.getFloat16(0);
    return size === 4 ? view.getFloat32(0) : view.getFloat64(0);
  }

  argument(info: number): bigint {
    if (info < 24) return BigInt(info);
    if (info > 27) throw new Error("reserved");
    return this.bytes(2n ** BigInt(info - 24))
      .reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  }

  bytes(count: bigint): number[] {
    if (count > BigInt(this.rest.length)) throw new Error("end");
    return Array.from({ length: Number(count) }, () => this.byte());
  }

  byte(): number {
    const byte = this.rest.pop();
    if (byte === undefined) throw new Error("end");
    return byte;
  }
}

function exact(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

function array(items: unknown[]): unknown[] {
  if (items.includes(BREAK)) throw new Error("break");
  return items;
}

function map(items: unknown[]): unknown {
  if (items.includes(BREAK) || items.length % 2 === 1) throw new Error("map");
  const pairs = new Map<unknown, unknown>();
  for (let i = 0; i < items.length; i += 2) {
    if (typeof items[i] !== "string" || pairs.has(items[i])) {
      throw new Error("key");
    }
    pairs.set(items[i], items[i + 1]);
  }
  // Defines its properties: a key may be called __proto__.
  return Object.fromEntries(pairs);
}
