import type { LogRecord, TextFormatterOptions } from "@logtape/logtape";

const RESET = "\x1b[0m";
const DIM = "\x1b[2m";
const LEVELS: Readonly<Record<string, string>> = {
  DEBUG: DIM,
  WARN: "\x1b[33m",
  ERROR: "\x1b[31m",
};
/** Colors of categories, from the palette of 256, readable on both grounds. */
const CATEGORIES = [39, 208, 35, 170, 142, 75, 203, 71, 178, 99, 44, 168];

/**
 * Formats log records as lines: `2026-11-24T08:00:00.000Z INFO  caryatid.clock:
 * text`. For a terminal the line begins with the local time, and each module
 * has a color.
 */
export function lineFormatter(
  { getTextFormatter }: Pick<
    typeof import("@logtape/logtape"),
    "getTextFormatter"
  >,
  isTerminal: boolean,
): (record: LogRecord) => string {
  const options: TextFormatterOptions = {
    level: (level) => level === "warning" ? "WARN" : level.toUpperCase(),
    category: ".",
    value: "bare",
  };
  const format = isTerminal
    ? getTextFormatter({
      ...options,
      timestamp: "time",
      timeZone: null,
      format: ({ timestamp, level, category, message }) =>
        `${DIM}${timestamp}${RESET} ${
          colored(LEVELS[level], level.padEnd(5))
        } ` +
        `${colored(colorOf(category), category)}: ${message}`,
    })
    : getTextFormatter({
      ...options,
      timestamp: "rfc3339",
      format: ({ timestamp, level, category, message }) =>
        `${timestamp} ${level.padEnd(5)} ${category}: ${message}`,
    });
  return (record) => {
    const { trace_id, span_id } = record.properties;
    const line = format(record);
    return trace_id === undefined || span_id === undefined
      ? line
      : `${line.trimEnd()} trace=${trace_id} span=${span_id}\n`;
  };
}

/** Returns the color of a category: always the same for the same name. */
function colorOf(category: string): string {
  let hash = 0;
  for (const char of category) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return `\x1b[38;5;${CATEGORIES[hash % CATEGORIES.length]}m`;
}

function colored(color: string | undefined, text: string): string {
  return color === undefined ? text : color + text + RESET;
}
