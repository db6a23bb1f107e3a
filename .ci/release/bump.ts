import { Refusal } from "./refusal.ts";

/** Files that define the version of the packages, once in each. */
const OWN: Readonly<Record<string, RegExp>> = {
  "sdk/deno.json": /("version": ")([^"]+)(")/,
  "process/deno.json": /("version": ")([^"]+)(")/,
  "cli/deno.json": /("version": ")([^"]+)(")/,
  "modules/deno.json": /("version": ")([^"]+)(")/,
  "process/platform/version.ts": /(VERSION = ")([^"]+)(")/,
};

/** Reads a file of a repository by its name. */
export type ReadFile = (name: string) => Promise<string>;

/**
 * Returns the version of all packages.
 *
 * @throws {Refusal} if versions differ or one is missing
 */
export async function currentVersion(read: ReadFile): Promise<string> {
  const versions = new Map<string, string>();
  for (const [name, form] of Object.entries(OWN)) {
    const version = form.exec(await read(name))?.[2];
    if (version === undefined) {
      throw new Refusal(`${name}: found no version; expected one like ${form}`);
    }
    versions.set(version, name);
  }
  const [first, second] = versions;
  if (second === undefined) return first![0];
  throw new Refusal(
    `found ${first![0]} in ${first![1]} and ${second[0]} in ${
      second[1]
    }; expected one version`,
  );
}

/**
 * Returns the files that change if the version `from` becomes `to`: the
 * versions of the packages, and specifiers and URLs that name one. Output of an
 * older version stays.
 */
export async function bump(
  names: readonly string[],
  from: string,
  to: string,
  read: ReadFile,
): Promise<Map<string, string>> {
  const named = new RegExp(
    String.raw`(@caryatid/\w+[@/][\^~]?)${RegExp.escape(from)}(?![\w.-]*\d)`,
    "g",
  );
  const changed = new Map<string, string>();
  for (const name of names) {
    const before = await read(name);
    const after = before
      .replace(OWN[name] ?? NEVER, `$1${to}$3`)
      .replace(named, `$1${to}`);
    if (after !== before) changed.set(name, after);
  }
  return changed;
}

const NEVER = /(?!)/;
