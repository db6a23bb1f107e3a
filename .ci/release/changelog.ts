import { Refusal } from "./refusal.ts";

const UNRELEASED = "## Unreleased\n";
const RELEASED = /^## (\d\S*) - \d{4}-\d{2}-\d{2}$/m;

/** The version that a changelog names first, if any was released. */
export function lastReleased(changelog: string): string | undefined {
  return RELEASED.exec(changelog)?.[1];
}

/**
 * The changelog with what is under "Unreleased" under `version` and its day, and nothing under "Unreleased". All packages have one
 * version, so their headings have none.
 *
 * @throws {Refusal} where nothing stands under "Unreleased"
 */
export function cutChangelog(
  changelog: string,
  version: string,
  day: string,
): string {
  const start = changelog.indexOf(UNRELEASED);
  if (start < 0) {
    throw new Refusal('CHANGELOG.md: found no "## Unreleased", wanted one');
  }
  const begin = start + UNRELEASED.length;
  const next = changelog.indexOf("\n## ", begin);
  const end = next < 0 ? changelog.length : next + 1;
  const news = changelog.slice(begin, end)
    .replace(/^(### @caryatid\/\S+) \d\S*$/gm, "$1");
  if (!/^- /m.test(news)) {
    throw new Refusal(
      'CHANGELOG.md: found nothing under "Unreleased", wanted what users see of this release',
    );
  }
  return `${changelog.slice(0, begin)}\n## ${version} - ${day}\n${news}` +
    changelog.slice(end);
}
