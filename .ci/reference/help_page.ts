import { createProgram, runProgram } from "../../cli/program.ts";

type Command = ReturnType<typeof createProgram>;

/** Terminal without output, to list the commands. */
const SILENT = { print() {}, printError() {}, colors: false };

/** Returns the text of `docs/reference/command_help.md`. */
export async function helpPage(): Promise<string> {
  const program = createProgram({ terminal: SILENT, exit() {} });
  const sections: string[] = [];
  for (const words of commandsOf(program)) {
    const help = await helpOf(words);
    sections.push(`## ${words.join(" ")}\n\n\`\`\`text\n${help}\n\`\`\``);
  }
  return [HEAD, ...sections].join("\n\n") + "\n";
}

/** Returns the visible commands and their subcommands, as words. */
function commandsOf(command: Command): string[][] {
  return command.createHelp().visibleCommands(command)
    .filter((one) => one.name() !== "help")
    .flatMap((one) => [
      [one.name()],
      ...commandsOf(one as Command)
        .map((below) => [one.name(), ...below]),
    ]);
}

async function helpOf(words: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const terminal = { print, printError: print, colors: false };
  await runProgram([...words, "--help"], terminal);
  return lines.join("\n");
}

const HEAD = `# Command help

<!-- Written by \`deno task reference\` from the help of the command -->

The help of each command, as \`caryatid <command> --help\` prints it.
[commands.md](commands.md) explains the commands, with outputs.`;
