import type { Command } from "commander";
import { integrity } from "../integrity.ts";
import type { Surroundings } from "../program.ts";
import { addSourceOptions, sourceOptions } from "./source_options.ts";

/** `caryatid integrity FILE…`. */
export function addIntegrity(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  const command = program.command("integrity")
    .summary("print the hashes of imported files, to be pasted")
    .description(
      "Prints the hash of each file that a configuration imports, as TOML.\n\n" +
        "Written into the configuration, a file that has changed is refused.\n" +
        "The code of the files is read, and not run.",
    )
    .argument("<files...>", "TOML files; later ones win");
  addSourceOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  caryatid integrity caryatid.toml
  caryatid integrity --reload caryatid.toml

Exit codes: 0 they are printed, 2 the configuration is wrong or a file can't be
had.`,
    )
    .action(async (files: string[], options) => {
      exit(
        await integrity(terminal, files, sourceOptions(terminal, options)),
      );
    });
}
