import { posix } from "node:path";

/** A folder of the table with the folders that its files may import. */
export interface ArrowRow {
  /** Path of the folder, or `**`/`testing` for a folder name at any depth. */
  readonly folder: string;
  /** Folders that may be imported; `x/*` stands for `x` and all below it. */
  readonly targets: readonly string[];
}

/** Reads the Markdown table with the head "Folder | May import". */
export function parseArrowTable(markdown: string): ArrowRow[] {
  const [, body] =
    /^\| Folder +\| May import +\|.*\n\|[ -|]+\n((?:\|.*\n)+)/m.exec(
      markdown,
    ) ?? [];
  if (body === undefined) throw new Error("found no table of arrows");
  return body.trim().split("\n").map((line) => {
    const [, folder = "", targets = ""] = line.split("|");
    return {
      folder: codeSpans(folder)[0] ?? "",
      targets: codeSpans(targets),
    };
  });
}

/** Returns the first row that covers the file, or undefined. */
export function rowOf(
  file: string,
  rows: readonly ArrowRow[],
): ArrowRow | undefined {
  return rows.find(({ folder }) =>
    folder.startsWith("**/")
      ? posix.dirname(file).split("/").includes(folder.slice(3))
      : file.startsWith(`${folder}/`)
  );
}

/** Returns true if files of the row `from` may import files of the row `to`. */
export function isAllowed(from: ArrowRow, to: ArrowRow): boolean {
  return from === to ||
    from.targets.some((target) =>
      target === to.folder || target === "*" ||
      target.endsWith("/*") && `${to.folder}/`.startsWith(target.slice(0, -1))
    );
}

function codeSpans(cell: string): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, span]) => span!);
}
