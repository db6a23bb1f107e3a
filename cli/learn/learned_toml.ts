import { fileUrl } from "@caryatid/process/internal/platform";
import { harmless } from "../terminal/terminal.ts";
import type { Learned, ModuleRights } from "./learned_rights.ts";

const WIDTH = 80;

/**
 * Returns TOML to lay over a configuration. Paths in the folder of the file,
 * `base` (a URL), become relative.
 */
export function learnedToml(
  { modules, unattributed }: Learned,
  base: URL,
  head: string,
): string {
  return [
    comment(head),
    comment(
      "A run shows only what happened in it: other uses are denied later. " +
        "Paths are relative to this file.",
    ),
    ...modules.flatMap((one) => ["", ...table(one, base)]),
    ...unattributed.length === 0 ? [] : [
      "",
      comment("Used as well, and not attributed to a module:"),
      ...unattributed.map((one) => comment(`- ${one}`)),
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
      const paths = isPath
        ? values.map((path) => relative(path, base))
        : values;
      return array(right, paths);
    }),
  ];
}

function array(key: string, values: readonly string[]): string {
  const texts = values.map(tomlText);
  const line = `${key} = [${texts.join(", ")}]`;
  if (line.length <= WIDTH) return line;
  return [`${key} = [`, ...texts.map((one) => `  ${one},`), "]"].join("\n");
}

/**
 * Quotes a text for TOML, which takes the escapes of JSON and requires one
 * more.
 */
export function tomlText(value: string): string {
  return JSON.stringify(value).replaceAll("\x7f", "\\u007f");
}

/** Wraps a comment at 80 characters. The text cannot end the comment. */
function comment(text: string): string {
  const lines = ["#"];
  for (const word of harmless(text).split(/\s+/)) {
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
