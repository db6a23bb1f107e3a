import { Command, CommanderError } from "commander";
import { VERSION } from "../version.ts";
import { addCheck } from "./commands/check_command.ts";
import { addCompile } from "./commands/compile_command.ts";
import { addCompletion } from "./commands/completion_command.ts";
import { addCompose } from "./commands/compose_command.ts";
import { addDeadLetters } from "./commands/dead_letter_commands.ts";
import { addGraph } from "./commands/graph_command.ts";
import { addIntegrity } from "./commands/integrity_command.ts";
import { addMessages } from "./commands/message_commands.ts";
import { addNew } from "./commands/new_command.ts";
import { addPermissions } from "./commands/permissions_command.ts";
import { addRun } from "./commands/run_command.ts";
import { addSchema } from "./commands/schema_command.ts";
import { addUp } from "./commands/up_command.ts";
import type { Terminal } from "./terminal.ts";

/** What a command needs besides its options. */
export interface Surroundings {
  readonly terminal: Terminal;
  /** Sets the exit code. */
  readonly exit: (code: number) => void;
}

const EXAMPLES = `
Examples:
  caryatid check caryatid.toml
  caryatid run caryatid.toml
  caryatid run base.toml production.toml --print
  caryatid permissions caryatid.toml
  caryatid integrity caryatid.toml
  caryatid graph caryatid.toml
  caryatid new project hello
  caryatid up service.toml
  caryatid compile caryatid.toml -o service
  caryatid spy 'order.#' --url amqp://broker/

Exit codes: 0 all is well, 1 it failed, 2 the command line, the configuration or
its modules are wrong, 3 work was still going on at the stop deadline.`;

/** Reads a command line and does what it says; gives the exit code. */
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
    await program.parseAsync(told(program, args), { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

/** `help X` is `X --help`; of a command that isn't there, the help of all others tells nothing. */
function told(program: Command, args: readonly string[]): string[] {
  const [first = "", ...rest] = args;
  if (first === "help" && rest.length > 0) {
    return told(program, [...rest, "--help"]);
  }
  const isKnown = first === "help" || first.startsWith("-") ||
    program.commands.some((command) => command.name() === first);
  return isKnown ? [...args] : [first];
}

/** All commands with their options and help. */
export function createProgram(surroundings: Surroundings): Command {
  const { terminal } = surroundings;
  const program = new Command("caryatid");
  program
    .description("Checks and runs Caryatid processes.")
    .version(VERSION, "-V, --version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.complain(text.trimEnd()),
      outputError: (text, write) =>
        write(text.replace(/^error: /, "error [INVALID_OPTION] ")),
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
    })
    .showHelpAfterError("(caryatid --help tells more)")
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
      addCompose,
      addCompile,
      addSchema,
      addCompletion,
      addMessages,
      addDeadLetters,
    ]
  ) {
    add(program, surroundings);
  }
  return program;
}
