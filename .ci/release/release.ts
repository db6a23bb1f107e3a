import { bump, currentVersion } from "./bump.ts";
import { cutChangelog, lastReleased } from "./changelog.ts";
import { Refusal } from "./refusal.ts";
import { compareVersions, isVersion } from "./semver.ts";

const CHANGELOG = "CHANGELOG.md";
/** Files that can name a package with its version. */
const TEXT = /^(?!tests\/).*(\.(ts|json|md|toml|ya?ml)|(^|\/)Dockerfile)$/;

/**
 * Returns the changed files of a release, by name. Writes nothing.
 *
 * @param day of the release, such as `2026-11-25`
 * @throws {Refusal} for uncommitted changes, an invalid or old version, or a
 * changelog without news
 */
export async function planRelease(
  root: string,
  version: string,
  day: string,
): Promise<ReadonlyMap<string, string>> {
  if (!isVersion(version)) {
    throw new Refusal(
      `found the version "${version}"; expected one like 1.2.3`,
    );
  }
  const changes = await git(root, "status", "--porcelain");
  if (changes !== "") {
    throw new Refusal(`found changes; expected all committed:\n${changes}`);
  }
  const read = (name: string) => Deno.readTextFile(`${root}/${name}`);
  const current = await currentVersion(read);
  const changelog = await read(CHANGELOG);
  refuseOld(version, current, lastReleased(changelog));
  const names = (await git(root, "ls-files")).split("\n")
    .filter((name) => TEXT.test(name) && name !== CHANGELOG);
  const files = await bump(names, current, version, read);
  return files.set(CHANGELOG, cutChangelog(changelog, version, day));
}

/**
 * Checks that a tag is the released version.
 *
 * @throws {Refusal} if the packages or the top of the changelog differ
 */
export async function checkTag(root: string, tag: string): Promise<void> {
  const read = (name: string) => Deno.readTextFile(`${root}/${name}`);
  const version = await currentVersion(read);
  if (tag !== `v${version}`) {
    throw new Refusal(`found the tag ${tag}; expected v${version}`);
  }
  const last = lastReleased(await read(CHANGELOG));
  if (last !== version) {
    throw new Refusal(
      `${CHANGELOG}: found ${last ?? "no release"} on top; expected ${version}`,
    );
  }
}

/** Allows the current version of the packages until it is released. */
function refuseOld(
  version: string,
  current: string,
  released: string | undefined,
): void {
  if (released !== undefined && compareVersions(version, released) <= 0) {
    throw new Refusal(
      `found ${version}; expected one newer than ${released}, which is released`,
    );
  }
  if (compareVersions(version, current) < 0) {
    throw new Refusal(
      `found ${version}; expected ${current}, which the packages have, or a newer one`,
    );
  }
}

async function git(root: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["-C", root, ...args],
  }).output();
  if (success) return new TextDecoder().decode(stdout).trimEnd();
  throw new Refusal(new TextDecoder().decode(stderr).trim());
}
