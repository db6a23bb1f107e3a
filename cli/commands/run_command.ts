import { CaryatidError } from "@caryatid/sdk";
import type { Command } from "commander";
import {
  addCacheOptions,
  addDeadlineOption,
  addEnvPrefixOption,
  type CommandContext,
} from "./options.ts";

const KINDS = ["net", "read", "write", "env", "run", "sys", "ffi", "import"];

/**
 * Adds `caryatid run FILE…`: its help, and the errors of a wrong command line;
 * `parseRun` parses a correct one.
 */
export function addRun(program: Command, _context: CommandContext): void {
  const command = program.command("run")
    .summary("run a configuration with the fewest permissions that it needs")
    .description(
      "Runs a configuration with the fewest permissions that it needs.\n\n" +
        "They follow from the buses, from the requests of modules, and from the\n" +
        "sources of their code; `caryatid permissions` lists them.",
    )
    .argument("<files...>", "TOML files; later ones win")
    .option("--watch", "swap modules whose files change while it runs")
    .option("--dashboard", "add a [module.dashboard], at port 9800")
    .option("--print", "print the command of Deno instead of running it")
    .option(
      "--process <name>",
      "only this [process.<name>] of the files (all, in one process)",
    );
  addCacheOptions(addDeadlineOption(addEnvPrefixOption(command)))
    .option("-A, --allow-all", "run with all permissions");
  for (const kind of KINDS) {
    command.option(`--allow-${kind} [=list]`, "grant this, too");
  }
  for (const kind of KINDS) {
    command.option(`--deny-${kind} [=list]`, "deny this in any case");
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
  caryatid run caryatid.toml --dashboard
  caryatid run caryatid.toml --print

Exit codes: 0 stopped, 1 failed, 2 the configuration or its modules are wrong,
3 work was still in flight at the stop deadline, 130 and 143 ended by a second
Ctrl-C or SIGTERM.`,
    )
    .action(() => {
      throw new CaryatidError(
        "INVALID_OPTION",
        "Cannot read the command line: found a value apart from its option",
        { hint: "Write --allow-net=HOST, with an equals sign." },
      );
    });
}
