import { configUrl } from "../project/config_files.ts";
import {
  type CheckOptions,
  readCheckedConfig,
} from "../review/checked_config.ts";
import { showProblems } from "../terminal/show_problems.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type BaseSchema, fileSchema } from "./file_schema.ts";

/**
 * `caryatid schema [FILE…]`: prints the JSON Schema of `caryatid.toml`, with
 * the keys of the modules that the files import. Problems of the files are
 * printed, and their modules accept any key: an editor needs the schema to
 * solve them.
 *
 * @throws {CaryatidError} the errors of `readCheckedConfig`
 */
export async function schema(
  terminal: Terminal,
  files: readonly string[],
  options: CheckOptions = {},
): Promise<0> {
  const { default: base } = await import("../caryatid.schema.json", {
    with: { type: "json" },
  });
  if (files.length === 0) {
    terminal.print(JSON.stringify(base, null, 2));
    return 0;
  }
  const { parts, problems } = await readCheckedConfig(files.map(configUrl), {
    ...options,
    listsKeys: true,
  });
  showProblems(terminal, problems, []);
  terminal.print(
    JSON.stringify(fileSchema(base as BaseSchema, parts), null, 2),
  );
  return 0;
}
