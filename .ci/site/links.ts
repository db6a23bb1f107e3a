/** Links of Markdown files, which are written for GitHub, on the site. */
import { posix } from "node:path";
import { sitePath } from "./pages.ts";

/** The repository, as {@linkcode siteLink} needs it. */
export interface Repository {
  /** Titles of the Markdown files, by path. */
  readonly pages: ReadonlyMap<string, string>;
  /** Files whose symbols the API of the site has. */
  readonly entries: ReadonlySet<string>;
  /** `https://github.com/<owner>/<name>`, if known. */
  readonly address: string | undefined;
  /** Returns undefined if the repository has nothing at that path. */
  kindOf(path: string): "file" | "folder" | undefined;
}

/**
 * Returns the target of a link on the site, or undefined if the link leads to
 * a file of the repository and the address of the repository is unknown.
 */
export function siteLink(
  from: string,
  href: string,
  { pages, entries, address, kindOf }: Repository,
): string | undefined {
  if (/^(\w+:|#|\/api\/)/.test(href)) return href;
  const [path = "", hash] = href.split("#");
  const anchor = hash === undefined ? "" : `#${hash}`;
  const target = posix.join(posix.dirname(from), path).replace(/\/$/, "");
  const page = pageAt(target, pages);
  if (page !== undefined) return `/${sitePath(page)}${anchor}`;
  if (entries.has(target)) return `/api/${target}/index.html`;
  const kind = kindOf(target);
  if (kind === undefined) throw new Error(`${from} links to no file: ${href}`);
  if (address === undefined) return undefined;
  const view = kind === "folder" ? "tree" : "blob";
  return `${address}/${view}/main/${target}${anchor}`;
}

/**
 * Returns the text of a link on the site: the title of a page if the text in
 * the repository is the name of its file.
 */
export function siteLinkText(
  from: string,
  href: string,
  text: string,
  { pages }: Repository,
): string {
  if (!/^[\w/]+\.md$/.test(text)) return text;
  const [path = ""] = href.split("#");
  const page = pageAt(posix.join(posix.dirname(from), path), pages);
  return page === undefined ? text : pages.get(page) ?? text;
}

/** Returns the page of a path; a folder shows its README. */
function pageAt(
  path: string,
  pages: ReadonlyMap<string, string>,
): string | undefined {
  return [path, posix.join(path, "README.md")].find((page) => pages.has(page));
}
