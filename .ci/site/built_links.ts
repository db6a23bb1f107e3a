/** Links of the built site. */

/** The result of {@linkcode brokenLinks}. */
export interface LinkReport {
  readonly pages: number;
  readonly links: number;
  /** `page: target`, for each link without a page or without an anchor. */
  readonly broken: readonly string[];
}

/**
 * Follows the links of all pages of a built site to pages, files and anchors of
 * the site. The pages below `api/`, which Deno writes, count as targets only.
 */
export async function brokenLinks(site: string): Promise<LinkReport> {
  const files = new Map<string, string | undefined>();
  await collect(site, "", files);
  const broken: string[] = [];
  let pages = 0, links = 0;
  for (const [page, html] of files) {
    if (html === undefined || page === "404.html") continue;
    pages++;
    for (const [, target] of html.matchAll(/ (?:href|src)="([^"]*)"/g)) {
      if (/^\w+:/.test(target!)) continue;
      links++;
      if (!leads(page, target!, files)) broken.push(`${page}: ${target}`);
    }
  }
  return { pages, links, broken };
}

function leads(
  page: string,
  target: string,
  files: ReadonlyMap<string, string | undefined>,
): boolean {
  const base = BASE.exec(files.get(page) ?? "")?.[1] ?? "/";
  const url = new URL(target, `http://site${base}${page}`);
  const path = decodeURIComponent(url.pathname).slice(base.length);
  const file = path === "" || path.endsWith("/") ? `${path}index.html` : path;
  const anchor = decodeURIComponent(url.hash.slice(1));
  if (!files.has(file)) return false;
  return anchor === "" ||
    files.get(file)?.includes(` id="${anchor}"`) === true;
}

/** The base of the site, in its own script of the page. */
const BASE = /__VP_SITE_DATA__=.*?\\"base\\":\\"(.*?)\\"/;

/** Reads the pages of a folder; other files, and the API, have no text. */
async function collect(
  site: string,
  folder: string,
  files: Map<string, string | undefined>,
): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(`${site}/${folder}`)) {
    const path = folder + name;
    if (isDirectory) {
      await collect(site, `${path}/`, files);
    } else {
      const isPage = path.endsWith(".html") && !path.startsWith("api/");
      files.set(
        path,
        isPage ? await Deno.readTextFile(`${site}/${path}`) : undefined,
      );
    }
  }
}
