import type { Command } from "commander";
import {
  addSourceOptions,
  type CommandContext,
  sourceOptions,
} from "./options.ts";

/** Adds `caryatid up FILE…`. */
export function addUp(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const command = program.command("up")
    .summary("run every process of a file, restart failures, merge the logs")
    .description(
      "Runs every [process.<name>] of a configuration as a separate process,\n" +
        "with its own permissions, and merges the logs. A process that fails is\n" +
        "restarted after 1, 2, 4 … 30 s. Ctrl-C stops all, the last one first; a\n" +
        "second Ctrl-C kills them.",
    )
    .argument("<files...>", "TOML files; later ones win")
    .option(
      "--only <names>",
      "only these processes, separated by commas (all)",
    )
    .option("--watch", "swap modules whose files change while they run");
  addSourceOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  caryatid up service.toml
  caryatid up service.toml --only clock,greeter
  caryatid up service.toml --watch

Exit codes: 0 all have stopped, 1 a process failed, 2 the configuration or its
modules are wrong, 3 a process missed its stop deadline, 130 and 143 ended by a
second Ctrl-C or SIGTERM.`,
    )
    .action(async (files: string[], options) => {
      const all = {
        ...sourceOptions(terminal, options),
        only: options.only?.split(","),
      };
      exit(
        options.watch
          ? await (await import("../up/watched_up.ts"))
            .watchedUp(terminal, files, all)
          : await (await import("../up/up.ts")).up(terminal, files, all),
      );
    });
}
