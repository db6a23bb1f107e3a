import { fileURLToPath } from "node:url";

/** Path of the repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A source file of the packages, without tests. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Reads the TypeScript files of all packages, without their tests. */
export async function readSources(): Promise<SourceFile[]> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "sdk", "process", "cli", "modules"],
    cwd: ROOT,
  }).output();
  const paths = new TextDecoder().decode(stdout).split("\n")
    .filter((path) =>
      path.endsWith(".ts") && !/_test\.ts$|(?<!^sdk)\/testing\//.test(path)
    );
  return await Promise.all(paths.map(async (path) => ({
    path,
    text: await Deno.readTextFile(ROOT + path).catch(() => ""), // deleted
  })));
}
