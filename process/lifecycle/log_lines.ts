import { platform } from "../platform/deno.ts";
import { withoutControls } from "./control_characters.ts";

const RESET = "\x1b[0m";
const DIM = "\x1b[2m";
const LEVELS: Readonly<Record<string, string>> = {
  DEBUG: DIM,
  WARN: "\x1b[33m",
  ERROR: "\x1b[31m",
};
/** Colors of categories, from the palette of 256, readable on both grounds. */
const CATEGORIES = [39, 208, 35, 170, 142, 75, 203, 71, 178, 99, 44, 168];

/** A log record; those of LogTape fit. */
export interface LogLineRecord {
  readonly category: readonly string[];
  readonly level: string;
  /** Texts and values in turn, beginning and ending with a text. */
  readonly message: readonly unknown[];
  /** Time of the record, in milliseconds since 1970. */
  readonly timestamp: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

/**
 * Formats log records as lines: `2026-11-24T08:00:00.000Z INFO  caryatid.clock:
 * text`. For a terminal the line begins with the local time, and each module
 * has a color.
 */
export function lineFormatter(
  isTerminal: boolean,
): (record: LogLineRecord) => string {
  return (record) => {
    const { timestamp, properties } = record;
    const name = record.level === "warning"
      ? "WARN"
      : record.level.toUpperCase();
    const level = name.padEnd(5);
    const category = record.category.map((part) => withoutControls(part))
      .join(".");
    const message = messageOf(record.message);
    const line = isTerminal
      ? `${DIM}${localTime(timestamp)}${RESET} ${
        colored(LEVELS[name], level)
      } ${colored(colorOf(category), category)}: ${message}`
      : `${new Date(timestamp).toISOString()} ${level} ${category}: ${message}`;
    const { trace_id, span_id } = properties;
    return trace_id === undefined || span_id === undefined
      ? line
      : `${line.trimEnd()} trace=${trace_id} span=${span_id}`;
  };
}

/**
 * Joins texts and values. A value that is a text cannot add a line or a code of
 * the terminal; a text of the program can.
 */
function messageOf(parts: readonly unknown[]): string {
  return parts.map((part, index) => {
    if (index % 2 === 0) return withoutControls(String(part), "styled");
    return typeof part === "string"
      ? withoutControls(part)
      : platform.inspect(part);
  }).join("");
}

/** Returns the time of day where the program runs. */
function localTime(timestamp: number): string {
  const date = new Date(timestamp);
  const [hours, minutes, seconds] = [
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
  ].map((part) => String(part).padStart(2, "0"));
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
  return `${hours}:${minutes}:${seconds}.${milliseconds}`;
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
