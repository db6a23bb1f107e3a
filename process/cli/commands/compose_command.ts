import type { Command } from "commander";
import type { Surroundings } from "../program.ts";
import { addSourceOptions, sourceOptions } from "./source_options.ts";

/** `caryatid compose FILE…`. */
export function addCompose(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  const command = program.command("compose")
    .summary("print a compose file with a container for each process")
    .description(
      "Prints a compose file with a container for each [process.<name>], which\n" +
        "may do what run grants, and with the broker where it is this machine's.",
    )
    .argument("<files...>", "TOML files; later ones win");
  addSourceOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  caryatid compose service.toml > compose.yaml
  RABBITMQ_PASSWORD=… docker compose up

Exit codes: 0 it is shown, 2 the configuration or its modules are wrong.`,
    )
    .action(async (files: string[], options) => {
      const { compose } = await import("../compose/compose.ts");
      exit(await compose(terminal, files, sourceOptions(terminal, options)));
    });
}
