import { CaryatidError } from "@caryatid/sdk";
import type { Command } from "commander";
import { statOf } from "../project/files.ts";
import {
  addSourceOptions,
  type CommandContext,
  sourceOptions,
} from "./options.ts";

const DEFAULT_FILE = "caryatid.toml";

/** Adds `caryatid dev [FILE…]`. */
export function addDev(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const command = program.command("dev")
    .summary("run a project while you work on it")
    .description(
      "Runs every process of a configuration, swaps modules whose files change,\n" +
        "and restarts processes that fail. Code with a type error and a wrong\n" +
        "configuration are reported; the old code keeps running. A dashboard shows\n" +
        "the messages, unless the file has [process.<name>]. Ctrl-C stops all.",
    )
    .argument("[files...]", `TOML files; later ones win (${DEFAULT_FILE})`)
    .option(
      "--only <names>",
      "only these processes, separated by commas (all)",
    )
    .option("--no-dashboard", "start no dashboard");
  addSourceOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  caryatid dev
  caryatid dev service.toml --only orders

Exit codes: 0 stopped, 1 failed, 2 the command line is wrong, 3 a process missed
its stop deadline, 130 and 143 ended by a second Ctrl-C or SIGTERM.`,
    )
    .action(async (files: string[], options) => {
      const { watchedUp } = await import("../up/watched_up.ts");
      const { withDashboard } = await import("../run/dashboard_file.ts");
      const own = files.length > 0 ? files : [defaultFile()];
      const all = options.dashboard
        ? await withDashboard(own, options.envPrefix)
        : own;
      exit(
        await watchedUp(terminal, all, {
          ...sourceOptions(terminal, options),
          only: options.only?.split(","),
        }),
      );
    });
}

/** @throws {CaryatidError} `INVALID_OPTION` if the file does not exist */
function defaultFile(): string {
  if (statOf(DEFAULT_FILE)?.isFile) return DEFAULT_FILE;
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot find "${DEFAULT_FILE}": found no such file in this folder`,
    { hint: 'Name a file, or write a project with "caryatid new hello".' },
  );
}
