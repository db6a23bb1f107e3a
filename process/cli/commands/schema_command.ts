import type { Command } from "commander";
import type { Surroundings } from "../program.ts";

/** `caryatid schema`. */
export function addSchema(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  program.command("schema")
    .summary("print the JSON Schema of caryatid.toml, for editors")
    .description(
      "Prints the JSON Schema of caryatid.toml: all keys of the process, its\n" +
        "buses and the standard modules. Editors with Taplo use the one that a\n" +
        "line at the top of the file names: #:schema URL",
    )
    .addHelpText(
      "after",
      `
Examples:
  caryatid schema > caryatid.schema.json

Exit codes: 0 it is printed.`,
    )
    .action(async () => {
      const { schemaText } = await import("../schema/schema_text.ts");
      terminal.print(schemaText());
      exit(0);
    });
}
