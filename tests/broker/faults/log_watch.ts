import type { Log } from "@caryatid/sdk";
import { Changes } from "../changes.ts";

/** Log records as an operator reads them, for tests to search and await. */
export class LogWatch implements Log {
  /** Records as `LEVEL text`. */
  readonly lines: string[] = [];
  readonly #changes = new Changes();

  debug(text: string, properties?: Record<string, unknown>): void {
    this.#add("DEBUG", text, properties);
  }

  info(text: string, properties?: Record<string, unknown>): void {
    this.#add("INFO", text, properties);
  }

  warn(text: string, properties?: Record<string, unknown>): void {
    this.#add("WARN", text, properties);
  }

  error(text: string, properties?: Record<string, unknown>): void {
    this.#add("ERROR", text, properties);
  }

  /** Returns the matching lines. */
  all(pattern: RegExp): string[] {
    return this.lines.filter((line) => pattern.test(line));
  }

  /**
   * Resolves when `count` lines match (1), with them; fails after `ms`
   * milliseconds (30,000) with all lines there are.
   */
  async until(pattern: RegExp, count = 1, ms?: number): Promise<string[]> {
    await this.#changes.until(
      () => this.all(pattern).length >= count,
      () => `${count} lines like ${pattern}, got:\n${this.lines.join("\n")}`,
      ms,
    );
    return this.all(pattern);
  }

  #add(level: string, text: string, properties: Record<string, unknown> = {}) {
    const filled = text.replace(
      /\{(\w+)\}/g,
      (_, name: string) => String(properties[name]),
    );
    this.lines.push(`${level} ${filled}`);
    this.#changes.notify();
  }
}
