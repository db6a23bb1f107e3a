import type { Command } from "commander";
import { check } from "../review/check.ts";
import {
  addProcessOption,
  addSourceOptions,
  type CommandContext,
  sourceOptions,
} from "./options.ts";

/** Adds `caryatid check FILE…`. */
export function addCheck(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const command = program.command("check")
    .summary("report all problems of a configuration, without starting it")
    .description(
      "Reports all problems of a configuration, without starting it.\n\n" +
        "The code of modules is imported, to read their schemas, in a process\n" +
        "that may neither read, write, connect nor download.",
    )
    .argument("<files...>", "TOML files; later ones win")
    .option("--json", "print a JSON object")
    .option("--connect", "connect to the RabbitMQ buses, too");
  addSourceOptions(addProcessOption(command))
    .addHelpText(
      "after",
      `
Examples:
  caryatid check caryatid.toml
  caryatid check service.toml --process clock
  caryatid check service.toml --connect
  caryatid check --json base.toml production.toml

Exit codes: 0 no problems, 2 problems.`,
    )
    .action(async (files: string[], options) => {
      const { json, connect } = options;
      const source = sourceOptions(terminal, options);
      exit(await check(terminal, files, { ...source, json, connect }));
    });
}
