import { Refusal } from "./refusal.ts";

/** Where the version of the packages itself stands, once in each. */
const OWN: Readonly<Record<string, RegExp>> = {
  "sdk/deno.json": /("version": ")([^"]+)(")/,
  "process/deno.json": /("version": ")([^"]+)(")/,
  "modules/deno.json": /("version": ")([^"]+)(")/,
  "process/version.ts": /(VERSION = ")([^"]+)(")/,
};

/** What of a repository is read: its files by name. */
export type ReadFile = (name: string) => Promise<string>;

/**
 * The version that all packages have.
 *
 * @throws {Refusal} where they differ, or one has none
 */
export async function currentVersion(read: ReadFile): Promise<string> {
  const versions = new Map<string, string>();
  for (const [name, form] of Object.entries(OWN)) {
    const version = form.exec(await read(name))?.[2];
    if (version === undefined) {
      throw new Refusal(`${name}: found no version, wanted one like ${form}`);
    }
    versions.set(version, name);
  }
  const [first, second] = versions;
  if (second === undefined) return first![0];
  throw new Refusal(
    `found ${first![0]} in ${first![1]} and ${second[0]} in ${
      second[1]
    }, wanted one version`,
  );
}

/**
 * What the files become with the version `to` for `from`: the packages' own, and specifiers and URLs of them that name it.
 * What was printed by an older version stays.
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
