import type { Command } from "commander";
import { check } from "../check.ts";
import type { Surroundings } from "../program.ts";
import {
  addProcessOption,
  addSourceOptions,
  sourceOptions,
} from "./source_options.ts";

/** `caryatid check FILE…`. */
export function addCheck(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  const command = program.command("check")
    .summary("say all that is wrong with a configuration, and start nothing")
    .description(
      "Says all that is wrong with a configuration, and starts nothing.\n\n" +
        "A module's code is imported, to ask it for its schema, in a process\n" +
        "that may neither read, write, connect nor download.",
    )
    .argument("<files...>", "TOML files; later ones win")
    .option("--json", "write an object for programs");
  addSourceOptions(addProcessOption(command))
    .addHelpText(
      "after",
      `
Examples:
  caryatid check caryatid.toml
  caryatid check service.toml --process clock
  caryatid check --json base.toml production.toml

Exit codes: 0 nothing is wrong, 2 something is.`,
    )
    .action(async (files: string[], options) => {
      exit(
        await check(terminal, files, {
          ...sourceOptions(terminal, options),
          json: options.json,
        }),
      );
    });
}
