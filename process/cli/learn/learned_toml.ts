import { fileUrl } from "../file_urls.ts";
import { harmless } from "../terminal.ts";
import type { Learned, ModuleRights } from "./learned_rights.ts";

const WIDTH = 80;

/** TOML to lay over a configuration. Paths in the folder `base` (a URL) are relative to it, as the file is that will hold them. */
export function learnedToml(
  { modules, left }: Learned,
  base: URL,
  head: string,
): string {
  return [
    comment(head),
    comment(
      "A run shows only what happened in it: what comes up another day is " +
        "refused then. Paths are relative to this file.",
    ),
    ...modules.flatMap((one) => ["", ...table(one, base)]),
    ...left.length === 0 ? [] : [
      "",
      comment("Used as well, and not attributed to a module:"),
      ...left.map((one) => comment(`- ${one}`)),
    ],
  ].join("\n");
}

function table(
  { kind, id, lists, remarks }: ModuleRights,
  base: URL,
): string[] {
  return [
    `[${kind}.${/^[\w-]+$/.test(id) ? id : tomlText(id)}.permissions]`,
    ...remarks.map(comment),
    ...Object.entries(lists).map(([right, values]) => {
      const isPath = right === "read" || right === "write";
      const shown = isPath
        ? values.map((path) => relative(path, base))
        : values;
      return array(right, shown);
    }),
  ];
}

function array(key: string, values: readonly string[]): string {
  const texts = values.map(tomlText);
  const line = `${key} = [${texts.join(", ")}]`;
  if (line.length <= WIDTH) return line;
  return [`${key} = [`, ...texts.map((one) => `  ${one},`), "]"].join("\n");
}

/** A text as TOML has it: that takes the escapes of JSON, and wants one more. */
export function tomlText(value: string): string {
  return JSON.stringify(value).replaceAll("\x7f", "\\u007f");
}

/** Lines of 80 characters, but for words that are longer; nothing in it can end the comment. */
function comment(said: string): string {
  const lines = ["#"];
  for (const word of harmless(said).split(/\s+/)) {
    const last = lines.pop()!;
    const longer = `${last} ${word}`;
    if (longer.length <= WIDTH || last === "#") lines.push(longer);
    else lines.push(last, `# ${word}`);
  }
  return lines.join("\n");
}

function relative(path: string, base: URL): string {
  const { href } = fileUrl(path);
  const folder = base.href;
  if (!href.startsWith(folder)) return path;
  return `./${decodeURIComponent(href.slice(folder.length))}`;
}
