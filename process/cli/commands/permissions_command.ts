import { CaryatidError } from "@caryatid/sdk";
import type { Command } from "commander";
import { learn } from "../learn/learn.ts";
import { permissions } from "../permissions.ts";
import type { Surroundings } from "../program.ts";
import {
  addProcessOption,
  addSourceOptions,
  seconds,
  sourceOptions,
} from "./source_options.ts";

/** What the options are called by the parser. */
interface Parsed {
  readonly json?: boolean;
  readonly learn?: boolean;
  readonly seconds?: number;
  readonly output?: string;
}

/** `caryatid permissions FILE…`. */
export function addPermissions(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  const command = program.command("permissions")
    .summary("list what run grants, to whom, and why")
    .description(
      "Lists what run grants, to whom, and why. Nothing is started.\n\n" +
        "Modules without isolation run in one Deno process: what one is\n" +
        "granted, all may do. What [module.x.permissions] grants counts there\n" +
        "instead of what the module asks for.\n\n" +
        "With --learn it runs them with all that can be granted, until they end\n" +
        "or Ctrl-C, and writes the rights that each used as TOML. A run shows\n" +
        "only what happened in it.",
    )
    .argument("<files...>", "TOML files; later ones win")
    .option("--json", "write an object for programs")
    .option("--learn", "run them, and write what they used")
    .option("--seconds <n>", "with --learn: stop then", seconds)
    .option("-o, --output <file>", "with --learn: write a new file");
  addSourceOptions(addProcessOption(command))
    .addHelpText(
      "after",
      `
Examples:
  caryatid permissions caryatid.toml
  caryatid permissions service.toml --process clock
  caryatid permissions --json caryatid.toml
  caryatid permissions caryatid.toml --learn --seconds 60 -o rights.toml

Exit codes: 0 it is shown, 1 the run that is watched failed, 2 the configuration
or its modules are wrong.`,
    )
    .action(async (files: string[], options) => {
      checkTogether(options);
      const source = sourceOptions(terminal, options);
      const { json, output, seconds: time } = options as Parsed;
      exit(
        options.learn
          ? await learn(terminal, files, { ...source, time, output })
          : await permissions(terminal, files, { ...source, json }),
      );
    });
}

function checkTogether({ learn, json, seconds, output }: Parsed): void {
  const lonely = !learn && (seconds !== undefined || output !== undefined);
  if (!lonely && !(learn && json)) return;
  throw new CaryatidError(
    "INVALID_OPTION",
    lonely
      ? "Cannot do without --learn: found --seconds or --output"
      : "Cannot do both: found --learn, which writes TOML, and --json",
  );
}
