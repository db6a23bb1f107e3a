import type { Command } from "commander";
import { makeNew } from "../new/new.ts";
import { TEMPLATES } from "../new/template.ts";
import type { CommandContext } from "./options.ts";

/** Adds `caryatid new PATH`. */
export function addNew(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const templates = Object.entries(TEMPLATES)
    .map(([name, text]) => `  ${name.padEnd(8)} ${text}`).join("\n");
  program.command("new")
    .summary("write a project or a module from a template")
    .description(
      "Writes a project or a module from a template, with tests that pass, and\n" +
        `prints the next commands. Templates:\n\n${templates}`,
    )
    .argument("<path>", "folder of the project, or path of the module")
    .option("--template <name>", "kind of template", "service")
    .addHelpText(
      "after",
      `
Examples:
  caryatid new hello
  caryatid new hello --template worker
  caryatid new price-watch --template module

Exit codes: 0 written, 1 failure, 2 the name is wrong or taken.`,
    )
    .action(async (path: string, { template }: { template: string }) => {
      exit(await makeNew(terminal, path, template));
    });
}
