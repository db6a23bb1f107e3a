import { CaryatidError } from "@caryatid/sdk";
import { configUrl } from "./config_files.ts";
import { drawingOf } from "./graph/drawing.ts";
import { mermaid } from "./graph/mermaid.ts";
import { showProblems } from "./show_problems.ts";
import { readSubject, type SubjectOptions } from "./subject.ts";
import type { Terminal } from "./terminal.ts";

/** What `graph` takes besides its files. */
export interface GraphOptions extends SubjectOptions {
  /** Draws SVG instead of Mermaid text. */
  readonly svg?: boolean | undefined;
  /** Writes a file instead of to the terminal: `.svg`, or `.mmd` for Mermaid text. */
  readonly output?: string | undefined;
}

/**
 * `caryatid graph FILE…`: modules, topics, routes and buses. Gives the exit code.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for an output of another kind, `STORAGE_FAILED`
 */
export async function graph(
  terminal: Terminal,
  files: readonly string[],
  options: GraphOptions = {},
): Promise<0 | 2> {
  const { output } = options;
  const isSvg = wantsSvg(options);
  const subject = await readSubject(files.map(configUrl), options);
  if (subject.problems.length > 0) {
    showProblems(terminal, subject.problems, []);
    return 2;
  }
  const drawing = drawingOf(subject);
  const title = `Modules, topics and buses of ${files.map(nameOf).join(", ")}`;
  // The layout is much code, and only for this.
  const text = isSvg
    ? (await import("./graph/svg.ts")).svg(drawing, title)
    : `${mermaid(drawing).join("\n")}\n`;
  if (output === undefined) terminal.print(text.trimEnd());
  else await write(output, text);
  return 0;
}

function wantsSvg({ svg = false, output }: GraphOptions): boolean {
  if (output === undefined) return svg;
  if (/\.svg$/i.test(output)) return true;
  if (/\.mmd$/i.test(output) && !svg) return false;
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot write the graph to "${output}": wanted a name that ends in ` +
      (svg ? '".svg"' : '".svg" or ".mmd"'),
    { hint: "for example -o service.svg" },
  );
}

async function write(path: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CaryatidError(
      "STORAGE_FAILED",
      `Cannot write the graph to "${path}": ${why}`,
      { cause },
    );
  }
}

/** The last part of a path, or of a URL without its secrets. */
function nameOf(file: string): string {
  const { protocol, pathname } = configUrl(file);
  const name = pathname.slice(pathname.lastIndexOf("/") + 1);
  return protocol === "file:" ? decodeURIComponent(name) : name;
}
