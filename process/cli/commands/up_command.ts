import type { Command } from "commander";
import type { Surroundings } from "../program.ts";
import { addSourceOptions, sourceOptions } from "./source_options.ts";

/** `caryatid up FILE…`. */
export function addUp(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  const command = program.command("up")
    .summary("run every process of a file, restart what dies, merge their logs")
    .description(
      "Runs every [process.<name>] of a configuration in a process of its own,\n" +
        "with its own permissions. Their logs are merged, what dies is started\n" +
        "again after 1, 2, 4 … 30 s. Ctrl-C stops all, the last one first; a\n" +
        "second one ends them at once.",
    )
    .argument("<files...>", "TOML files; later ones win")
    .option("--only <names>", "start these only, separated by commas (all)");
  addSourceOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  caryatid up service.toml
  caryatid up service.toml --only clock,greeter

Exit codes: 0 all have stopped, 1 one had failed, 2 the configuration or its
modules are wrong, 3 one was late at its stop deadline, 130 and 143 ended by a
second Ctrl-C or SIGTERM.`,
    )
    .action(async (files: string[], options) => {
      const { up } = await import("../up/up.ts");
      exit(
        await up(terminal, files, {
          ...sourceOptions(terminal, options),
          only: options.only?.split(","),
        }),
      );
    });
}
