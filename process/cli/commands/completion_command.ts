import { Argument, type Command } from "commander";
import type { Surroundings } from "../program.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

/** `caryatid completion bash|zsh|fish`. */
export function addCompletion(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  program.command("completion")
    .summary("print a script that completes command lines in a shell")
    .description(
      "Prints a script that completes commands, options, files and names of\n" +
        "processes in a shell.",
    )
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .addHelpText(
      "after",
      `
Examples:
  source <(caryatid completion bash)      # in ~/.bashrc
  source <(caryatid completion zsh)       # in ~/.zshrc, behind compinit
  caryatid completion fish | source       # in ~/.config/fish/config.fish

Exit codes: 0 it is printed, 2 it is another shell.`,
    )
    .action(async (shell: typeof SHELLS[number]) => {
      const { completionScript } = await import("../completion/script.ts");
      terminal.print(completionScript(program, shell));
      exit(0);
    });
}
