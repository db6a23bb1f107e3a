/** A plugin of markdown-it that adapts pages for the site. */
import { relative } from "node:path";
import { type Repository, siteLink, siteLinkText } from "./links.ts";
import { ROOT } from "./pages.ts";

/** The parts of markdown-it in use. */
interface MarkdownIt {
  readonly core: {
    readonly ruler: {
      before(at: string, name: string, rule: (state: State) => void): void;
      push(name: string, rule: (state: State) => void): void;
    };
  };
}

interface State {
  src: string;
  readonly tokens: readonly Token[];
  /** Absolute paths of the page: of its place on the site, and of its file. */
  readonly env: { readonly path: string; readonly realPath?: string };
}

interface Token {
  readonly type: string;
  content: string;
  readonly children: readonly Token[] | null;
  tag: string;
  attrs: [string, string][] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

/**
 * Removes comments, and gives each link its target on the site, whose paths
 * begin with `base`.
 */
export function siteMarkdown(
  md: MarkdownIt,
  repository: Repository,
  base: string,
): void {
  md.core.ruler.before("normalize", "comments", (state) => {
    state.src = state.src.replace(/^<!--[^]*?-->$/gm, "");
  });
  md.core.ruler.push("site_links", ({ tokens, env }) => {
    const page = relative(ROOT, env.realPath ?? env.path);
    for (const { children } of tokens) {
      for (const [at, token] of children?.entries() ?? []) {
        if (token.type !== "link_open") continue;
        const rest = children!.slice(at + 1);
        adaptLink(token, rest, page, { repository, base });
      }
    }
  });
}

/** Adapts a link; `rest` begins with its text. */
function adaptLink(
  link: Token,
  rest: readonly Token[],
  page: string,
  { repository, base }: { repository: Repository; base: string },
): void {
  const href = link.attrGet("href") ?? "";
  const [text] = rest;
  if (text?.type === "text") {
    text.content = siteLinkText(page, href, text.content, repository);
  }
  const target = siteLink(page, href, repository);
  if (target === undefined) { // the text stays, and leads nowhere
    link.attrs = null;
    link.tag = "span";
    rest.find(({ type }) => type === "link_close")!.tag = "span";
  } else if (target.startsWith("/api/")) { // not a page of VitePress
    link.attrSet("href", base + target.slice(1));
    link.attrSet("target", "_self");
  } else {
    link.attrSet("href", target);
  }
}
