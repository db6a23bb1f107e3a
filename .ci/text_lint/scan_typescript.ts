/** A comment, or the inside of a string or of a part of a template. */
export interface Token {
  readonly kind: "comment" | "string";
  readonly start: number;
  readonly end: number;
}

/**
 * Returns the comments and strings of a TypeScript file, in order. Line
 * comments on consecutive lines are one token. The code before a slash decides
 * if it begins a regular expression.
 */
export function scanTypeScript(text: string): Token[] {
  return new Scanner(text).scan();
}

/** Code after which a slash begins a regular expression. */
const BEFORE_REGEXP =
  /(^|[=(,:;!&|?{}[+\-*%<>~^]|\b(return|typeof|case|in|of|do|else|await|yield|void|delete|throw|new))$/;

class Scanner {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  /** Depths of braces at which a template continues. */
  readonly #templates: number[] = [];
  #at = 0;
  #depth = 0;
  /** End of the last code that is neither white space nor comment. */
  #code = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): Token[] {
    while (this.#at < this.#text.length) this.#step();
    return this.#tokens;
  }

  #step(): void {
    const char = this.#text[this.#at]!;
    const next = this.#text[this.#at + 1];
    if (char === "/" && next === "/") return this.#lineComment();
    if (char === "/" && next === "*") return this.#blockComment();
    if (/\s/.test(char)) {
      this.#at++;
      return;
    }
    if (char === '"' || char === "'") this.#string(char);
    else if (char === "`") this.#template();
    else if (char === "/" && this.#beginsRegExp()) this.#regExp();
    else this.#punctuation(char);
    this.#code = this.#at;
  }

  #punctuation(char: string): void {
    this.#at++;
    if (char === "{") this.#depth++;
    if (char !== "}") return;
    if (this.#depth === this.#templates.at(-1)) {
      this.#templates.pop();
      this.#at--;
      this.#template();
    } else this.#depth--;
  }

  #lineComment(): void {
    const start = this.#at;
    const last = this.#tokens.at(-1);
    const end = this.#text.indexOf("\n", start);
    this.#at = end < 0 ? this.#text.length : end;
    const continues = last?.kind === "comment" &&
      this.#text.startsWith("//", last.start) &&
      /^\n[ \t]*$/.test(this.#text.slice(last.end, start));
    if (continues) this.#tokens.pop();
    this.#push("comment", continues ? last.start : start, this.#at);
  }

  #blockComment(): void {
    const start = this.#at;
    const end = this.#text.indexOf("*/", start + 2);
    this.#at = end < 0 ? this.#text.length : end + 2;
    this.#push("comment", start, this.#at);
  }

  #string(quote: string): void {
    const start = ++this.#at;
    while (this.#at < this.#text.length && this.#text[this.#at] !== quote) {
      this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    }
    this.#push("string", start, this.#at++);
  }

  /** Reads a part of a template, from a backtick or closing brace on. */
  #template(): void {
    const start = ++this.#at;
    while (this.#at < this.#text.length && this.#text[this.#at] !== "`") {
      if (this.#text.startsWith("${", this.#at)) {
        this.#push("string", start, this.#at);
        this.#at += 2;
        this.#templates.push(this.#depth);
        return;
      }
      this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    }
    this.#push("string", start, this.#at++);
  }

  #beginsRegExp(): boolean {
    const before = this.#text.slice(Math.max(0, this.#code - 12), this.#code);
    return BEFORE_REGEXP.test(before);
  }

  #regExp(): void {
    let inClass = false;
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at];
      if (char === "\\") this.#at++;
      else if (char === "[") inClass = true;
      else if (char === "]") inClass = false;
      else if (char === "\n") return;
      else if (char === "/" && !inClass) break;
    }
    this.#at++;
  }

  #push(kind: Token["kind"], start: number, end: number): void {
    if (end > start) this.#tokens.push({ kind, start, end });
  }
}
