import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { githubSlug } from "../../../.ci/site/github_slug.ts";
import { ROOT } from "../../support/running_program.ts";

Deno.test("every link of a page leads to a file, and to a heading of it", async () => {
  const dead: string[] = [];
  for (const page of await pages()) {
    for (const link of linksIn(await read(page))) {
      if (!await leads(page, link)) dead.push(`${page}: ${link}`);
    }
  }
  assert.deepEqual(dead, []);
});

Deno.test("docs/architecture.md lists folders that exist", async () => {
  const text = await read("docs/architecture.md");
  const [layout] = text.match(/^mod\.ts [^]*?^```$/m)!;
  const lines = [...layout.matchAll(/^( *)([.\w/]+) +\S/gm)];
  assert(lines.length > 20);
  let parent = "";
  for (const [, indent, path = ""] of lines) {
    // A deeper indent continues the line above.
    if (indent!.length > 2) continue;
    if (indent === "") parent = path;
    assert(await exists(indent === "" ? path : parent + path), path);
  }
});

/** Returns all pages of the repository. */
async function pages(): Promise<string[]> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "*.md"],
    cwd: ROOT,
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

/** Returns the links to pages and files of the repository. */
function linksIn(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link!).filter((link) => !/^\w+:/.test(link));
}

async function leads(page: string, link: string): Promise<boolean> {
  const [path = "", heading] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!await exists(target)) return false;
  if (heading === undefined) return true;
  // A folder shows its README.
  const shown = target.endsWith(".md") ? target : join(target, "README.md");
  return headingsIn(await read(shown)).includes(heading);
}

/** Returns the anchors of the headings. */
function headingsIn(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)]
    .map(([, title]) => githubSlug(title!));
}

function withoutCode(text: string): string {
  return text.replace(/^ *```[^]*?^ *```$/gm, "");
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(ROOT + path);
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(ROOT + path).then(() => true, () => false);
}
