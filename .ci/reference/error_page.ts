import { parse } from "smol-toml";
import { ROOT } from "./sources.ts";

/** Explanation of an error code, from `errors.toml`. */
export interface ErrorEntry {
  readonly cause: string;
  readonly remedy: string;
  /** A message of an error with this code. */
  readonly example: string;
}

/** Reads the entries of `errors.toml` by code. */
export async function readErrorEntries(): Promise<Record<string, ErrorEntry>> {
  const toml = await Deno.readTextFile(`${ROOT}.ci/reference/errors.toml`);
  return parse(toml) as unknown as Record<string, ErrorEntry>;
}

/** Returns the codes and meanings in the docstring of `ErrorCode`. */
export function errorMeanings(source: string): Map<string, string> {
  const docstring = source.slice(0, source.indexOf("export type ErrorCode"));
  const lines = docstring.replace(/\n \* {3}/g, " ");
  return new Map(
    Array.from(
      lines.matchAll(/^ \* - `([A-Z_]+)`: (.*)$/gm),
      ([, code, meaning]) => [code!, meaning!],
    ),
  );
}

/** Returns the text of `docs/reference/errors.md` before it is formatted. */
export function errorPage(
  meanings: ReadonlyMap<string, string>,
  entries: Readonly<Record<string, ErrorEntry>>,
): string {
  const sections = [...meanings].toSorted(([a], [b]) => a < b ? -1 : 1)
    .map(([code, meaning]) => {
      const { cause, remedy, example } = entries[code]!;
      return [
        `## ${code}`,
        `${meaning[0]!.toUpperCase()}${meaning.slice(1)}.`,
        `- **Cause:** ${cause}`,
        `- **Remedy:** ${remedy}`,
        `\`\`\`text\n${example}\n\`\`\``,
      ].join("\n\n");
    });
  return [HEAD, ...sections].join("\n\n") + "\n";
}

const HEAD = `# Error codes

<!-- Written by \`deno task reference\` from sdk/errors.ts and .ci/reference/errors.toml -->

Every error of the framework is a \`CaryatidError\` with a \`code\`, a message
and, if a remedy is known, a \`hint\`. A message has the form
\`Cannot <verb> "<value>": <found>; expected <what>\`. Codes are stable across
releases; texts are not, so compare the code. A log shows an error as
\`[CODE] message (hint)\`.

A module has its own codes for the errors that its handlers throw on
purpose: see \`errors\` of \`defineTopic\`. [logs.md](logs.md) lists the messages
that are logged.`;
