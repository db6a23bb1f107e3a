import type { Command } from "commander";
import { integrity } from "../review/integrity.ts";
import {
  addSourceOptions,
  type CommandContext,
  sourceOptions,
} from "./options.ts";

/** Adds `caryatid integrity FILE…`. */
export function addIntegrity(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const command = program.command("integrity")
    .summary("print the hashes of imported files, for the configuration")
    .description(
      "Prints the hash of each file that a configuration imports, as TOML.\n\n" +
        "With a hash in the configuration, a file that has changed is refused.\n" +
        "The code of the files is read, but does not run.",
    )
    .argument("<files...>", "TOML files; later ones win");
  addSourceOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  caryatid integrity caryatid.toml
  caryatid integrity --reload caryatid.toml

Exit codes: 0 printed, 2 the configuration is wrong or a file is unavailable.`,
    )
    .action(async (files: string[], options) => {
      exit(
        await integrity(terminal, files, sourceOptions(terminal, options)),
      );
    });
}
