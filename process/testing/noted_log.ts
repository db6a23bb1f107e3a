import type { Log } from "@caryatid/sdk";

/**
 * Log that keeps level and text of each record, with the properties filled in.
 */
export class NotedLog implements Log {
  readonly lines: string[] = [];

  debug(text: string, properties?: Record<string, unknown>): void {
    this.#note("debug", text, properties);
  }

  info(text: string, properties?: Record<string, unknown>): void {
    this.#note("info", text, properties);
  }

  warn(text: string, properties?: Record<string, unknown>): void {
    this.#note("warn", text, properties);
  }

  error(text: string, properties?: Record<string, unknown>): void {
    this.#note("error", text, properties);
  }

  #note(
    level: string,
    text: string,
    properties: Record<string, unknown> = {},
  ): void {
    const filled = text.replace(/\{(\w+)\}/g, (_, key) => `${properties[key]}`);
    this.lines.push(`${level} ${filled}`);
  }
}
