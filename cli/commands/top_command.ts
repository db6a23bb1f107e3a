import type { Command } from "commander";
import {
  addTargetOptions,
  BUS_EXIT_CODES,
  type CommandContext,
} from "./options.ts";

const load = () => import("../top/top.ts");

/** Adds `caryatid top`. */
export function addTop(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const command = program.command("top")
    .summary("show what the processes of a bus do")
    .description(
      "Shows processes and modules, those that need attention first, and who\n" +
        "waits for whom, until Ctrl-C. Processes need a [monitor] with a topic.",
    )
    .option(
      "--topic <topic>",
      "topic of the snapshots",
      "caryatid.monitor.snapshot",
    )
    .option("--once", "print one screen and end");
  addTargetOptions(command).addHelpText(
    "after",
    `
Examples:
  caryatid top
  caryatid top --once --attach control.json
${BUS_EXIT_CODES}`,
  ).action(async (options) => {
    exit(await (await load()).top(terminal, options));
  });
}
