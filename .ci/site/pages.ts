/** The Markdown files of the repository, and their places on the site. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Path of the repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Lists the Markdown files that Git does not ignore. */
export function markdownFiles(): string[] {
  const args = ["ls-files", "-co", "--exclude-standard", "*.md"];
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8" })
    .trim().split("\n");
}

/** Returns the path on the site of a Markdown file of the repository. */
export function sitePath(file: string): string {
  if (file === "README.md") return "introduction.md";
  if (file === "docs/README.md") return "index.md";
  if (file.startsWith("docs/")) return file.slice("docs/".length);
  const [, folder] = /^(.+)\/README\.md$/.exec(file) ?? [];
  if (folder === undefined) return file.toLowerCase();
  return folder.includes("/") ? `${folder}.md` : `packages/${folder}.md`;
}
