/** A file of the page. */
export interface PageFile {
  readonly text: string;
  /** Media type. */
  readonly type: string;
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

let files: Promise<ReadonlyMap<string, PageFile>> | undefined;

/**
 * Loads the files of the page. They are part of a JSON file, because a package
 * cannot read its text files; `deno task dashboard:page` writes that file.
 */
export function loadPage(): Promise<ReadonlyMap<string, PageFile>> {
  return files ??= load();
}

async function load(): Promise<ReadonlyMap<string, PageFile>> {
  const { default: page } = await import("../page.json", {
    with: { type: "json" },
  });
  const texts: Readonly<Record<string, string>> = page;
  return new Map(
    Object.entries(texts).map(([name, text]) => {
      const type = TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "text/plain";
      return [name, { text, type }];
    }),
  );
}
