import { join } from "node:path";

/** Folder of the bundles in a package. */
const BUNDLES = "dist";
/**
 * Entries that guests run as they are written. The import guard of a guest
 * trusts files by their folder, and a bundle would mix them with other code.
 */
const UNBUNDLED = /^\.\/isolation\/guest\//;

/** Options of {@linkcode bundleEntries}. */
export interface BundleOptions {
  /** Source files by entry: `./mod.ts` by `.`. */
  readonly entries: Readonly<Record<string, string>>;
  /** Names of packages that remain imports. */
  readonly external: readonly string[];
}

/**
 * Bundles the code of entries into few files, which Deno loads faster, and
 * returns the new files by entry. Code that several entries or `import()` use
 * is in a separate file, so it exists once. Types and docs come from the
 * sources.
 *
 * @throws {Error} if a file cannot be bundled
 */
export async function bundleEntries(
  workspace: string,
  member: string,
  { entries, external }: BundleOptions,
): Promise<Record<string, string>> {
  const sources = Object.values(entries).filter((file) =>
    !UNBUNDLED.test(file)
  );
  const names = ["@caryatid/*", "data:*", ...external];
  await bundle(workspace, [
    ...names.map((name) => `--external=${name}`),
    `--outdir=${join(member, BUNDLES)}`,
    ...sources.map((file) => join(member, file)),
  ]);
  const bundled: Record<string, string> = {};
  for (const [entry, source] of Object.entries(entries)) {
    const file = bundleOf(source);
    bundled[entry] = sources.includes(source) ? file : source;
    if (file !== bundled[entry]) continue;
    await nameTypes(join(workspace, member, file), source);
  }
  return bundled;
}

async function bundle(workspace: string, args: readonly string[]) {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--code-splitting", ...args],
    cwd: workspace,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Returns the bundle of a source: `./dist/bus/mod.js` of `./bus/mod.ts`. */
function bundleOf(source: string): string {
  return source.replace("./", `./${BUNDLES}/`).replace(/\.ts$/, ".js");
}

/** Returns the source of a bundle, or any other path unchanged. */
export function sourceOf(file: string): string {
  return file.startsWith(`./${BUNDLES}/`)
    ? file.replace(`/${BUNDLES}/`, "/").replace(/\.js$/, ".ts")
    : file;
}

/** Adds the file of the types to a bundle. */
async function nameTypes(path: string, source: string): Promise<void> {
  const up = "../".repeat(source.split("/").length - 1);
  const types = `/* @ts-self-types="${source.replace("./", up)}" */\n`;
  await Deno.writeTextFile(path, types + await Deno.readTextFile(path));
}
