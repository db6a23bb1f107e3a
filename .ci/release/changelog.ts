import { Refusal } from "./refusal.ts";

const UNRELEASED = "## Unreleased\n";
const RELEASED = /^## (\d\S*) - \d{4}-\d{2}-\d{2}$/m;

/** Returns the first version in a changelog; undefined before a release. */
export function lastReleased(changelog: string): string | undefined {
  return RELEASED.exec(changelog)?.[1];
}

/**
 * Moves the entries under "Unreleased" to `version` and its day. All packages
 * have one version, so the headings of packages lose theirs.
 *
 * @throws {Refusal} if "Unreleased" has no entry
 */
export function cutChangelog(
  changelog: string,
  version: string,
  day: string,
): string {
  const start = changelog.indexOf(UNRELEASED);
  if (start < 0) {
    throw new Refusal('CHANGELOG.md: found no "## Unreleased"; expected one');
  }
  const begin = start + UNRELEASED.length;
  const next = changelog.indexOf("\n## ", begin);
  const end = next < 0 ? changelog.length : next + 1;
  const news = changelog.slice(begin, end)
    .replace(/^(### @caryatid\/\S+) \d\S*$/gm, "$1");
  if (!/^- /m.test(news)) {
    throw new Refusal(
      'CHANGELOG.md: found nothing under "Unreleased"; expected an entry for this release',
    );
  }
  return `${changelog.slice(0, begin)}\n## ${version} - ${day}\n${news}` +
    changelog.slice(end);
}
