import { ROOT } from "../../support/running_program.ts";

/** Reads all Markdown files of the repository, by path. */
export async function allPages(): Promise<Map<string, string>> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "*.md"],
    cwd: ROOT,
  }).output();
  const paths = new TextDecoder().decode(stdout).trim().split("\n");
  const pages = new Map<string, string>();
  for (const path of paths) {
    pages.set(path, await Deno.readTextFile(ROOT + path));
  }
  return pages;
}

/** True if the page is the README or one of the guide. */
export function isGuide(path: string): boolean {
  return path === "README.md" || path.startsWith("docs/guide/");
}
