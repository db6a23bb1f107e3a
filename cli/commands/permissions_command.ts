import { CaryatidError } from "@caryatid/sdk";
import type { Command } from "commander";
import { brokerPermissions } from "../permissions/broker_permissions.ts";
import { learn } from "../learn/learn.ts";
import { permissions } from "../permissions/permissions.ts";
import {
  addProcessOption,
  addSourceOptions,
  type CommandContext,
  seconds,
  sourceOptions,
} from "./options.ts";

/** Options as commander parses them. */
interface Parsed {
  readonly json?: boolean;
  readonly broker?: boolean;
  readonly learn?: boolean;
  readonly seconds?: number;
  readonly output?: string;
  readonly unjailed?: boolean;
}

/** Adds `caryatid permissions FILE…`. */
export function addPermissions(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const command = program.command("permissions")
    .summary("list the permissions that run grants, with reasons")
    .description(
      "Lists the permissions that run grants, with their owners and reasons.\nNothing is started.\n\n" +
        "Modules without isolation run in one Deno process, so a permission of\n" +
        "one applies to all. Grants in [module.x.permissions] replace what the\n" +
        "module asks for.\n\n" +
        "With --learn the configuration runs with everything that can be granted\n" +
        "until it ends or Ctrl-C; then the rights that each module used are\n" +
        "written as TOML. A run shows only what happened in it.\n\n" +
        "With --broker it prints the commands of rabbitmqctl that grant the users\n" +
        "of RabbitMQ buses what they need, from the declared topics.",
    )
    .argument("<files...>", "TOML files; later ones win")
    .option("--json", "print a JSON object")
    .option("--broker", "print the rabbitmqctl commands of RabbitMQ buses")
    .option("--learn", "run the configuration, and write the used rights")
    .option("--seconds <n>", "with --learn: stop after this time", seconds)
    .option("-o, --output <file>", "with --learn: path of a new file")
    .option("--unjailed", "with --learn: isolated modules run without a jail");
  addSourceOptions(addProcessOption(command))
    .addHelpText(
      "after",
      `
Examples:
  caryatid permissions caryatid.toml
  caryatid permissions service.toml --process clock
  caryatid permissions --json caryatid.toml
  caryatid permissions --broker caryatid.toml
  caryatid permissions caryatid.toml --learn --seconds 60 -o rights.toml

Exit codes: 0 listed, 1 the run with --learn failed, 2 the configuration or its
modules are wrong.`,
    )
    .action(async (files: string[], options) => {
      checkTogether(options);
      const source = sourceOptions(terminal, options);
      const { json, output, seconds: time, unjailed: isUnjailed } =
        options as Parsed;
      if (options.broker) {
        return exit(await brokerPermissions(terminal, files, source));
      }
      exit(
        options.learn
          ? await learn(terminal, files, {
            ...source,
            ...{ time, output, isUnjailed },
          })
          : await permissions(terminal, files, { ...source, json }),
      );
    });
}

function checkTogether(
  { learn, json, broker, seconds, output, unjailed }: Parsed,
): void {
  if (broker && (learn || json)) {
    throw new CaryatidError(
      "INVALID_OPTION",
      "Cannot combine --broker with --learn or --json",
    );
  }
  const lonely = !learn &&
    (seconds !== undefined || output !== undefined || unjailed === true);
  if (!lonely && !(learn && json)) return;
  throw new CaryatidError(
    "INVALID_OPTION",
    lonely
      ? "Cannot use --seconds, --output or --unjailed without --learn"
      : "Cannot combine --learn, which writes TOML, with --json",
  );
}
