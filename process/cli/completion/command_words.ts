import type { Command, Option } from "commander";

/** What may stand behind a command, or behind `caryatid` itself. */
export interface CommandWords {
  /** As it is typed: "" for `caryatid`, "dead-letters list" for a command of a command. */
  readonly path: string;
  readonly summary: string;
  /** Commands below it. */
  readonly commands: readonly Word[];
  readonly options: readonly OptionWords[];
  /** Words that its argument may be; none where files may stand there. */
  readonly choices: readonly string[];
  /** Whether its argument is a file. */
  readonly files: boolean;
}

/** A word, and what it is for. */
export interface Word {
  readonly word: string;
  readonly summary: string;
}

/** An option, as it is typed. */
export interface OptionWords {
  /** `-A` and `--allow-all`. */
  readonly words: readonly string[];
  readonly summary: string;
  /** What its value is, if it must have one: a file, a process of the files, or something else. */
  readonly value: "file" | "process" | "other" | undefined;
}

/** Asks a program for all its words, so that what is made of them knows each command there is. */
export function commandWords(program: Command, path = ""): CommandWords[] {
  const help = program.createHelp();
  const below = help.visibleCommands(program).filter((command) =>
    command.name() !== "help"
  );
  const [argument] = program.registeredArguments;
  const own: CommandWords = {
    path,
    summary: summaryOf(program),
    commands: below.map((command) => ({
      word: command.name(),
      summary: summaryOf(command),
    })),
    options: help.visibleOptions(program).map(optionWords),
    choices: argument?.argChoices ?? [],
    files: argument !== undefined && /^(files?|words)$/.test(argument.name()),
  };
  return [
    own,
    ...below.flatMap((command) =>
      commandWords(command, `${path} ${command.name()}`.trim())
    ),
  ];
}

function optionWords(option: Option): OptionWords {
  const { short, long, description, required } = option;
  const words = [short, long].filter((word) => word !== undefined);
  const value = required ? valueOf(option) : undefined;
  return { words, summary: description, value };
}

function valueOf({ long, flags }: Option): OptionWords["value"] {
  if (long === "--process") return "process";
  return /<(file|folder|path)>/.test(flags) ? "file" : "other";
}

function summaryOf(command: Command): string {
  const summary = command.summary() || command.description();
  return summary.split("\n")[0]!.replace(/\.$/, "");
}
