import type { Release } from "./release.ts";

/** Files that an importer of a package does not need. */
const NOT_PUBLISHED =
  /_test\.tsx?$|(^|\/)(fixtures|vectors|benchmarks)\/|(^|\/)bench\.ts$/;
/**
 * `testing` of an entry is for users; `testing` of any other folder is for this
 * repository.
 */
const TESTING = /^(.*\/)?testing\//;
const OFFERED = /^(dist\/)?testing\//;

/** Returns missing and surplus files of a package. */
export function packageProblems(release: Release): string[] {
  const { name, license, files, exports } = release;
  const paths = [...files.keys()].map((path) => path.slice(1));
  const offered = Object.keys(exports).includes("./testing");
  const wrong = paths.filter((path) =>
    NOT_PUBLISHED.test(path) ||
    TESTING.test(path) && !(offered && OFFERED.test(path))
  );
  return [
    ...files.has("/README.md") ? [] : ["found no README.md"],
    ...license === undefined ? ["found no license in deno.json"] : [],
    ...wrong.map((path) => `found ${path}; expected no test in it`),
  ].map((problem) => `${name}: ${problem}`);
}

/**
 * Returns the source files of a package that no entry imports. `reached` has
 * the paths of the imported ones.
 */
export function unreachedProblems(
  { name, files }: Release,
  reached: ReadonlySet<string>,
): string[] {
  return [...files.keys()]
    .filter((path) => path.endsWith(".ts") && !reached.has(path))
    .map((path) => `${name}: found ${path.slice(1)}, which no entry imports`);
}
