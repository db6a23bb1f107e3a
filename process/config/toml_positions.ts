import type { KeyPath } from "./report.ts";
import { TomlScanner } from "./toml_scanner.ts";

/**
 * Says where each key stands in a text that smol-toml has accepted, which tells no positions itself.
 *
 * Not toml-eslint-parser, which serves the tests as a reference: it loads 3 ms, takes 2.6 s for 1 MiB of array (this: 0.1 s), and
 * recurses. Here only inline values recurse, and smol-toml has bounded these.
 */
export class KeyPositions {
  readonly #root: Position;

  constructor(text: string) {
    this.#root = new Locator(text).document();
  }

  /** The position, from 1, of a key or of the nearest table around it. */
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

/** Where a key first stands, and the keys below it. */
interface Position {
  readonly line: number;
  readonly column: number;
  /** By name; the elements of an array by their number. */
  keys: Map<string, Position> | undefined;
  /** Made by `[[…]]`: a header below it means its last element. */
  isTableArray?: boolean;
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

  /** Reads the parts of a key up to and with `end`, and goes down from `table` along them. */
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
