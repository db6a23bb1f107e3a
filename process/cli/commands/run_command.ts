import { CaryatidError } from "@caryatid/sdk";
import type { Command } from "commander";
import type { Surroundings } from "../program.ts";
import { addCacheOptions, addDeadlineOption } from "./source_options.ts";

const KINDS = ["net", "read", "write", "env", "run", "sys", "ffi", "import"];

/** `caryatid run FILE…`: its help, and what is said of a wrong command line; `parse_run.ts` reads a right one. */
export function addRun(program: Command, _surroundings: Surroundings): void {
  const command = program.command("run")
    .summary("run a configuration with the fewest permissions that it needs")
    .description(
      "Runs a configuration with the fewest permissions that it needs.\n\n" +
        "They are worked out from the buses, from what modules ask for, and\n" +
        "from where their code comes from; `caryatid permissions` lists them.",
    )
    .argument("<files...>", "TOML files; later ones win")
    .option("--watch", "swap modules whose files change while it runs")
    .option("--print", "show the command for Deno, and don't run it")
    .option(
      "--process <name>",
      "this [process.<name>] of the files only (all of them, in one)",
    );
  addCacheOptions(addDeadlineOption(command))
    .option("-A, --allow-all", "run without any limit");
  for (const kind of KINDS) {
    command.option(`--allow-${kind} [=list]`, "allow this, too");
  }
  for (const kind of KINDS) {
    command.option(`--deny-${kind} [=list]`, "don't allow this in any case");
  }
  command
    .addHelpText(
      "after",
      `
Examples:
  caryatid run caryatid.toml
  caryatid run base.toml production.toml
  caryatid run service.toml --process clock
  caryatid run caryatid.toml --allow-net=api.example.com:443 --allow-sys
  caryatid run caryatid.toml --watch
  caryatid run caryatid.toml --print

Exit codes: 0 stopped, 1 failed, 2 the configuration or its modules are wrong,
3 work was still going on at the stop deadline, 130 and 143 ended by a second
Ctrl-C or SIGTERM.`,
    )
    .action(() => {
      throw new CaryatidError(
        "INVALID_OPTION",
        "Cannot read the command line: found a value apart from its option",
        { hint: "write --allow-net=HOST, with an equals sign" },
      );
    });
}
