/** The sidebar of the site: the tables of `docs/README.md` and `README.md`. */
import { posix } from "node:path";
import { sitePath } from "./pages.ts";

/** One section of the sidebar. */
export interface Section {
  readonly text: string;
  readonly collapsed: boolean;
  readonly items: readonly Item[];
}

interface Item {
  readonly text: string;
  readonly link: string;
}

/** Sections that are open at first. */
const OPEN = 2;

/**
 * Returns the sections of an index, with the pages of their tables. The index
 * is in `folder`. A page has the title that `titleOf` returns.
 */
export function sidebar(
  index: string,
  folder: string,
  titleOf: (file: string) => string,
): Section[] {
  return index.split(/^## /m).slice(1).map((section, position) => ({
    text: section.slice(0, section.indexOf("\n")),
    collapsed: position >= OPEN,
    items: Array.from(
      section.matchAll(/^\| \[.*?\]\((.*?)\)/gm),
      ([, path]) => {
        const file = posix.join(folder, path!).replace(/\/$/, "/README.md");
        return { text: titleOf(file), link: `/${sitePath(file)}` };
      },
    ),
  }));
}

/** Returns the first heading of a page, without marks of code. */
export function titleOf(markdown: string): string {
  return /^# (.*)$/m.exec(markdown)?.[1]?.replaceAll("`", "") ?? "";
}
