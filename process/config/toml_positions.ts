import { parse } from "smol-toml";
import type { KeyPath } from "./tables.ts";

/**
 * Finds the positions of keys in a text that smol-toml has accepted; smol-toml
 * itself reports none.
 *
 * The tests use toml-eslint-parser as a reference. It is not used here: it
 * takes 3 ms to load and 2.6 s for 1 MiB of array (this class: 0.1 s), and it
 * recurses. Here only inline values recurse, and smol-toml limits their depth.
 */
export class KeyPositions {
  readonly #root: Position;

  constructor(text: string) {
    this.#root = new Locator(text).document();
  }

  /**
   * Returns the position, from 1, of a key or of the nearest table around it.
   */
  nearest(path: KeyPath): { line: number; column: number } | undefined {
    let position = this.#root;
    for (const part of path) {
      const next = position.keys?.get(String(part));
      if (!next) break;
      position = next;
    }
    const { line, column } = position;
    return position === this.#root ? undefined : { line, column };
  }
}

/** First position of a key, and the keys below it. */
interface Position {
  readonly line: number;
  readonly column: number;
  /** Keys by name; elements of an array by index. */
  keys: Map<string, Position> | undefined;
  /** True for `[[…]]`: a header below it refers to the last element. */
  isTableArray?: boolean;
}

/**
 * Scans a text that smol-toml has accepted and counts lines. Every call
 * advances, whatever the text.
 */
class TomlScanner {
  /** Current line, from 1. */
  line = 1;
  readonly #text: string;
  #at = 0;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith("\ufeff")) this.#at = this.#lineStart = 1;
  }

  /** Current column, from 1. */
  get column(): number {
    return this.#at - this.#lineStart + 1;
  }

  /** Current character; "" at the end. */
  get char(): string {
    return this.#text.charAt(this.#at);
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  startsWith(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  /** Skips characters that are not line breaks. */
  skip(count: number): void {
    this.#at += count;
  }

  skipSpace(): void {
    while (this.char === " " || this.char === "\t") this.#at++;
  }

  /** Skips whitespace, line breaks and comments. */
  skipBlank(): void {
    for (;;) {
      const char = this.char;
      if (char === "#") this.skipUntil(/\n/g);
      else if (char !== "" && " \t\r\n".includes(char)) this.#step();
      else return;
    }
  }

  /** Skips the text before `end`, a global expression, on this line. */
  skipUntil(end: RegExp): void {
    end.lastIndex = this.#at;
    this.#at = end.exec(this.#text)?.index ?? this.#text.length;
  }

  /** Skips a string in any of the four kinds of quotes. */
  skipString(): void {
    const quote = this.char;
    const fence = quote.repeat(3);
    const end = this.startsWith(fence) ? fence : quote;
    this.#at += end.length;
    while (!this.atEnd && !this.startsWith(end)) {
      if (quote === '"' && this.char === "\\") this.#step();
      this.#step();
    }
    this.#at += end.length;
    // A multi-line string can end in five quotes, of which the first two are
    // text.
    if (end === fence) { while (this.char === quote) this.#at++; }
  }

  /** Skips one part of a dotted key and returns its name. */
  keyPart(): string {
    const start = this.#at;
    const quote = this.char;
    if (quote !== '"' && quote !== "'") {
      this.skipUntil(/[^\w-]/g);
      this.#at = Math.max(this.#at, start + 1);
      return this.#text.slice(start, this.#at);
    }
    this.skipString();
    const raw = this.#text.slice(start, this.#at);
    return quote === '"' && raw.includes("\\")
      ? Object.keys(parse(`${raw}=0`))[0]!
      : raw.slice(1, -1);
  }

  #step(): void {
    if (this.char === "\n") {
      this.line++;
      this.#lineStart = this.#at + 1;
    }
    this.#at++;
  }
}

class Locator extends TomlScanner {
  document(): Position {
    const root = this.#position();
    let table = root;
    for (;;) {
      this.skipBlank();
      if (this.atEnd) return root;
      if (this.char === "[") table = this.#header(root);
      else this.#pair(table);
    }
  }

  #header(root: Position): Position {
    const many = this.startsWith("[[");
    const start = this.#position();
    this.skip(many ? 2 : 1);
    const table = this.#dottedKey(root, "]");
    if (!many) return table;
    this.skip(1);
    table.isTableArray = true;
    return below(table, String(table.keys?.size ?? 0), start);
  }

  #pair(table: Position): void {
    const key = this.#dottedKey(table, "=");
    this.skipSpace();
    this.#value(key);
  }

  /**
   * Reads the parts of a key, including `end`, and descends from `table` along
   * them.
   */
  #dottedKey(table: Position, end: "]" | "="): Position {
    let position = table;
    for (;;) {
      this.skipSpace();
      const char = this.char;
      if (char === "." || char === end || char === "") {
        this.skip(1);
        if (char !== ".") return position;
      } else {
        const start = this.#position();
        if (position.isTableArray) position = last(position);
        position = below(position, this.keyPart(), start);
      }
    }
  }

  #value(position: Position): void {
    const char = this.char;
    if (char === "{" || char === "[") this.#inline(position, char);
    else if (char === '"' || char === "'") this.skipString();
    else this.skipUntil(/[,\]}\n#]/g);
  }

  #inline(position: Position, open: "{" | "["): void {
    this.skip(1);
    for (let index = 0;;) {
      this.skipBlank();
      const char = this.char;
      if (char === "}" || char === "]" || char === "") {
        this.skip(1);
        return;
      }
      if (char === ",") {
        this.skip(1);
      } else if (open === "{") {
        this.#pair(position);
      } else {
        this.#value(below(position, String(index++), this.#position()));
      }
    }
  }

  #position(): Position {
    return { line: this.line, column: this.column, keys: undefined };
  }
}

function below(
  table: Position,
  name: string,
  position: Position,
): Position {
  table.keys ??= new Map();
  const known = table.keys.get(name);
  if (known) return known;
  table.keys.set(name, position);
  return position;
}

function last(array: Position): Position {
  return array.keys?.get(String(array.keys.size - 1)) ?? array;
}
