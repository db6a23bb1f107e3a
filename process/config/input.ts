import { Layer } from "./layers.ts";
import type { Report } from "./report.ts";
import { emptyTable, isTable, isUsable, type Table } from "./tables.ts";
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
    return await textLayer(input, name, undefined, report);
  }
  if (input instanceof URL) return await urlLayer(input, report, signal);
  if (isTable(input)) return await objectLayer(input, name, report);
  report.wrong([], input, "TOML text, a URL or a plain object");
  return new Layer(name, emptyTable());
}

async function urlLayer(
  url: URL,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<Layer> {
  const { readUrl, shownUrl } = await import("./read_url.ts");
  const source = shownUrl(url);
  const read = await readUrl(url, signal);
  if ("text" in read) return await textLayer(read.text, source, url, report);
  const at = { source, line: undefined, column: undefined };
  report.refuse([], read.fault, { hint: read.hint, at });
  return new Layer(source, emptyTable());
}

async function textLayer(
  text: string,
  source: string,
  base: URL | undefined,
  report: Report,
): Promise<Layer> {
  const read = await readToml(text);
  if ("table" in read) {
    const layer = new Layer(source, read.table, { base, text });
    return isUsable(read.table) ? layer : await checkedLayer(layer, report);
  }
  const { text: fault, line, column } = read.fault;
  const hint = /^\S{1,1000}\.toml$/.test(text)
    ? 'a text is TOML; give a file as new URL("…", import.meta.url)'
    : undefined;
  report.refuse([], fault, { hint, at: { source, line, column } });
  return new Layer(source, emptyTable());
}

async function objectLayer(
  input: Table,
  source: string,
  report: Report,
): Promise<Layer> {
  try {
    return await checkedLayer(new Layer(source, input), report);
  } catch {
    // A getter or a proxy of the program's: what it threw may say anything.
    const at = { source, line: undefined, column: undefined };
    report.refuse([], "found a getter that throws, wanted values", { at });
    return new Layer(source, emptyTable());
  }
}

/** Without what a configuration can't have. */
async function checkedLayer(given: Layer, report: Report): Promise<Layer> {
  const { copyTable } = await import("./copy_table.ts");
  const table = copyTable(given.table, (path, text) => {
    report.refuse(path, text, { at: given });
  });
  return given.withTable(table);
}
