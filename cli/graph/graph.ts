import { CaryatidError } from "@caryatid/sdk";
import { configUrl } from "../project/config_files.ts";
import { storageError } from "../project/files.ts";
import type { CheckOptions } from "../review/checked_config.ts";
import { readValidConfig } from "../review/valid_config.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { drawingOf } from "./draw_config.ts";
import { mermaid } from "./mermaid.ts";

/** Options of {@linkcode graph}. */
export interface GraphOptions extends CheckOptions {
  /** False to leave out buses and routes (true). */
  readonly buses?: boolean | undefined;
  /** Draws SVG instead of Mermaid text. */
  readonly svg?: boolean | undefined;
  /**
   * Path of the file to write instead of printing: `.svg`, or `.mmd` for
   * Mermaid text.
   */
  readonly output?: string | undefined;
}

/**
 * `caryatid graph FILE…`: draws modules, topics, routes and buses. Returns the
 * exit code.
 *
 * @throws {CaryatidError}
 * `INVALID_OPTION` for an output with another extension, `STORAGE_FAILED`
 */
export async function graph(
  terminal: Terminal,
  files: readonly string[],
  options: GraphOptions = {},
): Promise<0 | 2> {
  const { output } = options;
  const isSvg = wantsSvg(options);
  const checked = await readValidConfig(
    terminal,
    files.map(configUrl),
    options,
  );
  if (checked === undefined) return 2;
  const drawing = drawingOf(checked, { buses: options.buses ?? true });
  const title = `Modules, topics and buses of ${files.map(nameOf).join(", ")}`;
  // Loaded lazily: the layout is a large dependency.
  const text = isSvg
    ? (await import("./svg.ts")).svg(drawing, title)
    : `${mermaid(drawing).join("\n")}\n`;
  if (output === undefined) terminal.print(text.trimEnd());
  else {
    await Deno.writeTextFile(output, text).catch((cause) => {
      throw storageError(output, cause);
    });
  }
  return 0;
}

function wantsSvg({ svg = false, output }: GraphOptions): boolean {
  if (output === undefined) return svg;
  if (/\.svg$/i.test(output)) return true;
  if (/\.mmd$/i.test(output) && !svg) return false;
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot write the graph to "${output}": expected a name that ends in ` +
      (svg ? '".svg"' : '".svg" or ".mmd"'),
    { hint: "Write for example -o service.svg." },
  );
}

/** Returns the last segment of a path, or of a URL without its secrets. */
function nameOf(file: string): string {
  const { protocol, pathname } = configUrl(file);
  const name = pathname.slice(pathname.lastIndexOf("/") + 1);
  return protocol === "file:" ? decodeURIComponent(name) : name;
}
