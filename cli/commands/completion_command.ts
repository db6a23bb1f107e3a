import { Argument, type Command } from "commander";
import { completionLines } from "../completion/complete.ts";
import { completionScript, SHELLS } from "../completion/script.ts";
import type { CommandContext } from "./options.ts";

/**
 * Adds `caryatid completion bash|zsh|fish`, and `caryatid complete`, which the
 * scripts call.
 */
export function addCompletion(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  program.command("completion")
    .summary("print a script that completes command lines in a shell")
    .description(
      "Prints a script that completes commands, options, files and names of\n" +
        "processes in a shell. The script calls caryatid, which must be a\n" +
        "command of the shell.",
    )
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .addHelpText(
      "after",
      `
Examples:
  source <(caryatid completion bash)      # in ~/.bashrc
  source <(caryatid completion zsh)       # in ~/.zshrc, after compinit
  caryatid completion fish | source       # in ~/.config/fish/config.fish

Exit codes: 0 printed, 2 unknown shell.`,
    )
    .action((shell: typeof SHELLS[number]) => {
      terminal.print(completionScript(shell));
      exit(0);
    });
  program.command("complete", { hidden: true })
    .description("Prints the completions of a command line, for the scripts.")
    .argument("[words...]", "words of the command line after caryatid")
    .addHelpText(
      "after",
      `
Examples:
  caryatid complete -- check --js

Exit codes: 0 printed.`,
    )
    .action((words: string[]) => {
      for (const line of completionLines(program, words)) terminal.print(line);
      exit(0);
    });
}
