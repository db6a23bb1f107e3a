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
    .summary("draw modules, topics, routes and buses")
    .description(
      "Draws modules, topics, routes and buses, as Mermaid text or SVG.\n\n" +
        "Topics are those that modules declare; of a module that doesn't\n" +
        "declare any, those that keys of its section name.",
    )
    .argument("<files...>", "TOML files; later ones win")
    .option("--svg", "draw SVG")
    .option("-o, --output <file>", "write a file: .svg, or .mmd for Mermaid");
  addSourceOptions(addProcessOption(command))
    .addHelpText(
      "after",
      `
Examples:
  caryatid graph caryatid.toml
  caryatid graph service.toml --process clock
  caryatid graph caryatid.toml --svg > service.svg
  caryatid graph caryatid.toml -o service.mmd

Exit codes: 0 it is shown, 1 a file can't be written, 2 the configuration or its
modules are wrong.`,
    )
    .action(async (files: string[], options) => {
      const { svg, output } = options;
      const source = sourceOptions(terminal, options);
      exit(await graph(terminal, files, { ...source, svg, output }));
    });
}
