import type { Command } from "commander";
import { permissions } from "../permissions.ts";
import type { Surroundings } from "../program.ts";
import {
  addProcessOption,
  addSourceOptions,
  sourceOptions,
} from "./source_options.ts";

/** `caryatid permissions FILE…`. */
export function addPermissions(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  const command = program.command("permissions")
    .summary("list what run grants, to whom, and why")
    .description(
      "Lists what run grants, to whom, and why. Nothing is started.\n\n" +
        "Modules without isolation run in one Deno process: what one is " +
        "granted, all may do. What [module.x.permissions] grants counts " +
        "there instead of what the module asks for.",
    )
    .argument("<files...>", "TOML files; later ones win")
    .option("--json", "write an object for programs");
  addSourceOptions(addProcessOption(command))
    .addHelpText(
      "after",
      `
Examples:
  caryatid permissions caryatid.toml
  caryatid permissions service.toml --process clock
  caryatid permissions --json caryatid.toml

Exit codes: 0 it is shown, 2 the configuration or its modules are wrong.`,
    )
    .action(async (files: string[], options) => {
      exit(
        await permissions(terminal, files, {
          ...sourceOptions(terminal, options),
          json: options.json,
        }),
      );
    });
}
