import { Command, CommanderError } from "commander";
import { VERSION } from "@caryatid/process/internal/platform";
import { addCheck } from "./commands/check_command.ts";
import { addCompile } from "./commands/compile_command.ts";
import { addCompletion } from "./commands/completion_command.ts";
import { addCompose } from "./commands/compose_command.ts";
import { addDeadLetters } from "./commands/dead_letter_commands.ts";
import { addDev } from "./commands/dev_command.ts";
import { addGraph } from "./commands/graph_command.ts";
import { addIntegrity } from "./commands/integrity_command.ts";
import { addMessages } from "./commands/message_commands.ts";
import { addNew } from "./commands/new_command.ts";
import { addPermissions } from "./commands/permissions_command.ts";
import { addQueues } from "./commands/queue_commands.ts";
import { addRun } from "./commands/run_command.ts";
import { addSchema } from "./commands/schema_command.ts";
import { addTop } from "./commands/top_command.ts";
import { addUp } from "./commands/up_command.ts";
import type { CommandContext } from "./commands/options.ts";
import type { Terminal } from "./terminal/terminal.ts";

const EXAMPLES = `
Examples:
  caryatid check caryatid.toml
  caryatid run caryatid.toml
  caryatid run base.toml production.toml --print
  caryatid permissions caryatid.toml
  caryatid integrity caryatid.toml
  caryatid graph caryatid.toml
  caryatid new hello
  caryatid dev
  caryatid up service.toml
  caryatid compile caryatid.toml -o service
  caryatid spy 'order.#' --url amqp://broker/

Exit codes: 0 success, 1 failure, 2 the command line, the configuration or its
modules are wrong, 3 work was still in flight at the stop deadline.`;

/** Runs a command line. Returns the exit code. */
export async function runProgram(
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  let exitCode = 0;
  const program = createProgram({
    terminal,
    exit: (code) => exitCode = code,
  });
  try {
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync(normalized(program, args), { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

/**
 * Turns `help X` into `X --help`, and drops options after an unknown command,
 * so that the error names the command.
 */
function normalized(program: Command, args: readonly string[]): string[] {
  const [first = "", ...rest] = args;
  if (first === "help" && rest.length > 0) {
    return normalized(program, [...rest, "--help"]);
  }
  const isKnown = first === "help" || first.startsWith("-") ||
    program.commands.some((command) => command.name() === first);
  return isKnown ? [...args] : [first];
}

/** Creates the program with all commands, their options and help. */
export function createProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command("caryatid");
  program
    .description("Checks and runs Caryatid processes.")
    .version(VERSION, "-V, --version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.printError(text.trimEnd()),
      outputError: (text, write) =>
        write(text.replace(/^error: /, "error [INVALID_OPTION] ")),
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
    })
    .showHelpAfterError("(caryatid --help shows all commands)")
    .addHelpText("after", EXAMPLES);
  for (
    const add of [
      addCheck,
      addRun,
      addPermissions,
      addIntegrity,
      addGraph,
      addNew,
      addUp,
      addDev,
      addCompose,
      addCompile,
      addSchema,
      addCompletion,
      addMessages,
      addDeadLetters,
      addQueues,
      addTop,
    ]
  ) {
    add(program, context);
  }
  return program;
}
