import { Layer } from "./layer.ts";
import type { Report } from "./report.ts";
import { copyTable, emptyTable, isTable, type Table } from "./tables.ts";
import { readToml } from "./toml_text.ts";

/** TOML text, a URL of a TOML file (`file:`, `http(s):`, `data:`), or a plain object. */
export type ConfigInput = string | URL | Record<string, unknown>;

/**
 * Reads one source. What is wrong with it goes to `report`, and is left out.
 *
 * @throws {CaryatidError} `PERMISSION_DENIED` for a URL that Deno may not read, `ABORTED` if `signal` fires
 */
export async function readLayer(
  input: ConfigInput,
  name: string,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<Layer> {
  if (typeof input === "string") {
    return textLayer(input, name, undefined, report);
  }
  if (input instanceof URL) return await urlLayer(input, report, signal);
  if (isTable(input)) return objectLayer(input, name, report);
  report.wrong([], input, "TOML text, a URL or a plain object");
  return new Layer(name, emptyTable());
}

async function urlLayer(
  url: URL,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<Layer> {
  const { readUrl } = await import("./read_url.ts");
  const { shownUrl } = await import("./shown_url.ts");
  const source = shownUrl(url);
  const read = await readUrl(url, signal);
  if ("text" in read) return textLayer(read.text, source, url, report);
  const at = { source, line: undefined, column: undefined };
  report.refuse([], read.fault, { hint: read.hint, at });
  return new Layer(source, emptyTable());
}

function textLayer(
  text: string,
  source: string,
  base: URL | undefined,
  report: Report,
): Layer {
  const read = readToml(text);
  if ("table" in read) {
    return checkedLayer(new Layer(source, read.table, { base, text }), report);
  }
  const { text: fault, line, column } = read.fault;
  const hint = /^\S{1,1000}\.toml$/.test(text)
    ? 'a text is TOML; give a file as new URL("…", import.meta.url)'
    : undefined;
  report.refuse([], fault, { hint, at: { source, line, column } });
  return new Layer(source, emptyTable());
}

function objectLayer(input: Table, source: string, report: Report): Layer {
  try {
    return checkedLayer(new Layer(source, input), report);
  } catch {
    // A getter or a proxy of the program's: what it threw may say anything.
    const at = { source, line: undefined, column: undefined };
    report.refuse([], "found a getter that throws, wanted values", { at });
    return new Layer(source, emptyTable());
  }
}

/** Without what a configuration can't have. */
function checkedLayer(given: Layer, report: Report): Layer {
  const table = copyTable(given.table, (path, text) => {
    report.refuse(path, text, { at: given });
  });
  return given.withTable(table);
}
