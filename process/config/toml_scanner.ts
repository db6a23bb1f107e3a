import { parse } from "smol-toml";

/** Walks over a text that smol-toml has accepted, part by part, and counts lines. Never stands still, whatever the text. */
export class TomlScanner {
  /** From 1. */
  line = 1;
  readonly #text: string;
  #at = 0;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith("\ufeff")) this.#at = this.#lineStart = 1;
  }

  /** From 1. */
  get column(): number {
    return this.#at - this.#lineStart + 1;
  }

  /** Here; "" at the end. */
  get char(): string {
    return this.#text.charAt(this.#at);
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  startsWith(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  /** Passes over characters that are no line ends. */
  skip(count: number): void {
    this.#at += count;
  }

  skipSpace(): void {
    while (this.char === " " || this.char === "\t") this.#at++;
  }

  /** Passes over whitespace, line ends and comments. */
  skipBlank(): void {
    for (;;) {
      const char = this.char;
      if (char === "#") this.skipUntil(/\n/g);
      else if (char !== "" && " \t\r\n".includes(char)) this.#step();
      else return;
    }
  }

  /** Passes over what stands on this line before `end`, a global expression. */
  skipUntil(end: RegExp): void {
    end.lastIndex = this.#at;
    this.#at = end.exec(this.#text)?.index ?? this.#text.length;
  }

  /** Passes over a text in any of the four kinds of quotes. */
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
    // A long string may end in up to five quotes, of which the first two are text.
    if (end === fence) { while (this.char === quote) this.#at++; }
  }

  /** Passes over one part of a dotted key, and returns the name that it stands for. */
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
