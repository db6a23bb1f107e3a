import type { Command } from "commander";
import { graph } from "../graph/graph.ts";
import {
  addProcessOption,
  addSourceOptions,
  type CommandContext,
  sourceOptions,
} from "./options.ts";

/** Adds `caryatid graph FILE…`. */
export function addGraph(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const command = program.command("graph")
    .summary("draw modules, topics, processes and buses")
    .description(
      "Draws modules, topics, processes and buses, as Mermaid text or SVG.\n\n" +
        "Topics are those that modules declare; for a module that does not\n" +
        "declare any, those that keys of its section name.",
    )
    .argument("<files...>", "TOML files; later ones win")
    .option("--no-buses", "leave out buses")
    .option("--svg", "draw SVG instead of Mermaid text")
    .option("-o, --output <file>", "file to write: .svg, or .mmd for Mermaid");
  addSourceOptions(addProcessOption(command))
    .addHelpText(
      "after",
      `
Examples:
  caryatid graph caryatid.toml
  caryatid graph service.toml --process clock
  caryatid graph service.toml --no-buses
  caryatid graph caryatid.toml --svg > service.svg
  caryatid graph caryatid.toml -o service.mmd

Exit codes: 0 drawn, 1 the file cannot be written, 2 the configuration or its
modules are wrong.`,
    )
    .action(async (files: string[], options) => {
      const { svg, output, buses } = options;
      const source = sourceOptions(terminal, options);
      exit(await graph(terminal, files, { ...source, svg, output, buses }));
    });
}
