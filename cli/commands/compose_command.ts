import type { Command } from "commander";
import {
  addSourceOptions,
  type CommandContext,
  sourceOptions,
} from "./options.ts";

/** Computed, so that Deno reads the YAML library for this command only. */
const COMPOSE: string = "../compose/compose.ts";

/** Adds `caryatid compose FILE…`. */
export function addCompose(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const command = program.command("compose")
    .summary("print a compose file with a container for each process")
    .description(
      "Prints a compose file with a container for each [process.<name>], with\n" +
        "the permissions that run grants, and for the broker if its URL is\n" +
        "that of this machine.",
    )
    .argument("<files...>", "TOML files; later ones win");
  addSourceOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  caryatid compose service.toml > compose.yaml
  RABBITMQ_PASSWORD=… docker compose up

Exit codes: 0 printed, 2 the configuration or its modules are wrong.`,
    )
    .action(async (files: string[], options) => {
      const { compose } = await import(
        COMPOSE
      ) as typeof import("../compose/compose.ts");
      exit(await compose(terminal, files, sourceOptions(terminal, options)));
    });
}
