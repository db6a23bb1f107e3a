import type { Command } from "commander";
import { graph } from "../graph.ts";
import type { Surroundings } from "../program.ts";
import {
  addProcessOption,
  addSourceOptions,
  sourceOptions,
} from "./source_options.ts";

/** `caryatid graph FILE…`. */
export function addGraph(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  const command = program.command("graph")
    .summary("draw modules, topics, routes and buses as Mermaid text")
    .description(
      "Draws modules, topics, routes and buses as Mermaid text.\n\n" +
        "Topics are those that keys of sections name, defaults included.",
    )
    .argument("<files...>", "TOML files; later ones win");
  addSourceOptions(addProcessOption(command))
    .addHelpText(
      "after",
      `
Examples:
  caryatid graph caryatid.toml
  caryatid graph service.toml --process clock
  caryatid graph caryatid.toml > service.mmd

Exit codes: 0 it is shown, 2 the configuration or its modules are wrong.`,
    )
    .action(async (files: string[], options) => {
      exit(await graph(terminal, files, sourceOptions(terminal, options)));
    });
}
