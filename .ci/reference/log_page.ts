import { parse } from "smol-toml";
import { type LogCall, logCallsIn } from "./log_calls.ts";
import { ROOT, type SourceFile } from "./sources.ts";

/** Explanation of a logged message, from `logs.toml`. */
export interface LogEntry {
  /** Text in the code, with `{placeholders}`. */
  readonly text: string;
  /** File and argument of a call whose text the code computes. */
  readonly call?: string;
  /** Text for the page, if it differs from `text`. */
  readonly shown?: string;
  /** Level of a call whose level or text the code computes. */
  readonly level?: string;
  readonly meaning: string;
  readonly remedy: string;
}

interface LogFile {
  readonly message: readonly LogEntry[];
  readonly ignored: readonly {
    readonly call: string;
    readonly reason: string;
  }[];
}

/** A call with its file. */
export type PlacedCall = LogCall & { readonly path: string };

/** Reads `logs.toml`. */
export async function readLogEntries(): Promise<LogFile> {
  const toml = await Deno.readTextFile(`${ROOT}.ci/reference/logs.toml`);
  return parse(toml) as unknown as LogFile;
}

/** Returns the calls of all files that log at level warn or error. */
export function findLogCalls(files: readonly SourceFile[]): PlacedCall[] {
  return files.flatMap(({ path, text }) =>
    logCallsIn(text).map((call) => ({ ...call, path }))
  );
}

/** Returns file and argument of a call, as `call` in `logs.toml` has them. */
export function callKey({ path, text, source }: PlacedCall): string {
  return `${path}: ${text ?? source}`;
}

/**
 * Returns the calls without an entry, and the entries whose call no longer
 * exists.
 */
export function compareLogs(
  calls: readonly PlacedCall[],
  { message, ignored }: LogFile,
): { readonly missing: string[]; readonly stale: string[] } {
  const keys = new Set(calls.map(callKey));
  const texts = new Set(calls.flatMap(({ text }) => text ?? []));
  const placed = [...message, ...ignored].flatMap(({ call }) => call ?? []);
  const known = new Set(
    message.flatMap(({ text, call }) => call === undefined ? text : []),
  );
  return {
    missing: calls.filter((call) =>
      !placed.includes(callKey(call)) && !known.has(call.text ?? "")
    ).map(callKey),
    stale: [
      ...placed.filter((call) => !keys.has(call)),
      ...[...known].filter((text) => !texts.has(text)),
    ],
  };
}

/** Returns the text of `docs/reference/logs.md` before it is formatted. */
export function logPage(
  entries: readonly LogEntry[],
  calls: readonly PlacedCall[],
): string {
  const levelOf = ({ text, level }: LogEntry) =>
    level ?? calls.find((call) => call.text === text)?.level ?? "";
  const section = (title: string, level: string) =>
    [
      `## ${title}`,
      ...entries.filter((entry) => levelOf(entry).startsWith(level))
        .map((entry) => [entry.shown ?? entry.text, entry] as const)
        .toSorted(([a], [b]) => a < b ? -1 : 1)
        .map(([text, { meaning, remedy, level }]) =>
          `\`\`\`text\n${text}\n\`\`\`\n\n` +
          (level?.includes(",") ? `Level: ${level}. ` : "") +
          `${meaning} **Remedy:** ${remedy}`
        ),
    ].join("\n\n");
  return [
    HEAD,
    section("Errors", "error"),
    section("Warnings", "warn"),
  ].join("\n\n") + "\n";
}

const HEAD = `# Log messages

<!-- Written by \`deno task reference\` from the code and .ci/reference/logs.toml -->

All messages that Caryatid logs at the levels error and warn, with their
meaning and what to do. \`{name}\` stands for a value. Levels:

- **error**: something failed that needs a person.
- **warn**: something is degraded, or messages were lost.
- **info**: start, stop, restarts and connections.
- **debug**: the rest.

A code in brackets, such as \`[MODULE_FAILED]\`, is explained in
[errors.md](errors.md). \`SUBSCRIPTION_INTERRUPTED\` occurs in the log
only.`;
