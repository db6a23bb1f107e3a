import type { Command } from "commander";
import {
  addSourceOptions,
  type CommandContext,
  sourceOptions,
} from "./options.ts";

/** Adds `caryatid schema [FILE…]`. */
export function addSchema(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const command = program.command("schema")
    .summary("print the JSON Schema of caryatid.toml, for editors")
    .description(
      "Prints the JSON Schema of caryatid.toml: all keys of the process, its\n" +
        "buses and the standard modules; with files, also the keys of the modules\n" +
        "that they import. Editors with Taplo use the schema that a line at the top\n" +
        "of the file names: #:schema URL",
    )
    .argument("[files...]", "TOML files; later ones win");
  addSourceOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  caryatid schema > caryatid.schema.json
  caryatid schema caryatid.toml > caryatid.schema.json

Exit codes: 0 printed, 2 a file cannot be read.`,
    )
    .action(async (files: string[], options) => {
      const { schema } = await import("../schema/schema.ts");
      exit(await schema(terminal, files, sourceOptions(terminal, options)));
    });
}
