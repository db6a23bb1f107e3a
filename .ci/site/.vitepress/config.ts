/** Configuration of VitePress. The pages are the Markdown of the repository. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { apiEntries } from "../../reference/api_entries.ts";
import { githubSlug } from "../github_slug.ts";
import { HOME } from "../home.ts";
import { siteMarkdown } from "../markdown.ts";
import { markdownFiles, ROOT, sitePath } from "../pages.ts";
import { type Section, sidebar, titleOf } from "../sidebar.ts";

const read = (file: string) => readFileSync(ROOT + file, "utf8");
const name = process.env.GITHUB_REPOSITORY;
const address = name && `https://github.com/${name}`;
const base = process.env.DOCS_BASE ?? "/";
const files = markdownFiles();

/** A file next to `vue`, which pages import and cannot see. */
const neighbor = realpathSync(fileURLToPath(
  new URL("../node_modules/vitepress/package.json", import.meta.url),
));

/** The sections of the documentation, and the examples. */
function sections(): Section[] {
  const titled = (file: string) => titleOf(read(file));
  const documents = sidebar(read("docs/README.md"), "docs", titled);
  const examples = sidebar(read("README.md"), "", titled)
    .filter(({ text }) => text === "Examples");
  const before = documents.findIndex(({ text }) => text === "Reference");
  return documents.toSpliced(before, 0, ...examples);
}

export default {
  title: "Caryatid",
  description: "Services out of modules that know only topics, for Deno",
  lang: "en-US",
  base,
  srcDir: ROOT,
  srcExclude: ["**/node_modules/**", "npm/**", "site/**"],
  outDir: `${ROOT}site`,
  rewrites: sitePath,
  ignoreDeadLinks: true, // built_links.ts checks all links, with their anchors
  markdown: {
    html: false,
    anchor: { slugify: githubSlug },
    config: (md: Parameters<typeof siteMarkdown>[0]) =>
      siteMarkdown(md, {
        pages: new Map(files.map((file) => [file, titleOf(read(file))])),
        entries: new Set(apiEntries().map(({ file }) => file)),
        address,
        kindOf(path) {
          const stat = statSync(ROOT + path, { throwIfNoEntry: false });
          return stat && (stat.isDirectory() ? "folder" : "file");
        },
      }, base),
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Guide", link: "/guide/getting_started" },
      { text: "Reference", link: "/reference/configuration" },
      { text: "API", link: "/reference/api" },
    ],
    sidebar: sections(),
    ...address ? { socialLinks: [{ icon: "github", link: address }] } : {},
  },
  transformPageData(page: { relativePath: string; frontmatter: object }) {
    if (page.relativePath === "index.md") page.frontmatter = HOME;
  },
  vite: {
    plugins: [{
      name: "imports-of-pages",
      enforce: "pre",
      resolveId(
        this: { resolve(...args: unknown[]): unknown },
        id: string,
        importer?: string,
      ) {
        if (/^vue(\/|$)/.test(id) && importer?.endsWith(".md")) {
          return this.resolve(id, neighbor, { skipSelf: true });
        }
      },
    }],
  },
};
