import type { Command, Option } from "commander";

/**
 * Completes a command line; its last word is the incomplete one. Returns lines
 * of a word, a tab and its description, and ":files" if file names may follow.
 */
export function completionLines(
  program: Command,
  words: readonly string[],
): string[] {
  const before = words.slice(0, -1);
  let [current = ""] = words.slice(-1);
  // Bash splits --process=NAME into three words; zsh and fish pass one.
  const [, name, value] = current.match(/^(--[\w-]+)=(.*)$/s) ?? [];
  if (name !== undefined) {
    before.push(name);
    current = value!;
  } else if (current === "=") current = "";
  if (before.at(-1) === "=") before.pop();
  const { command, argument } = commandAt(program, before);
  const help = command.createHelp();
  const options = help.visibleOptions(command);
  const previous = before.at(-1) ?? "";
  const option = options.find((one) =>
    one.required && [one.short, one.long].includes(previous)
  );
  const lines = option !== undefined
    ? valueLines(option, before)
    : commandLines(command, options, argument);
  return lines.filter((line) => line === FILES || line.startsWith(current));
}

const FILES = ":files";

/**
 * Returns the command that the words name; `argument` is true if words other
 * than commands and options follow it.
 */
function commandAt(
  program: Command,
  words: readonly string[],
): { command: Command; argument: boolean } {
  let command = program;
  let argument = false;
  for (const word of words) {
    const next = argument
      ? undefined
      : command.commands.find((one) => one.name() === word);
    if (next) command = next;
    else if (!word.startsWith("-")) argument = true;
  }
  return { command, argument };
}

function commandLines(
  command: Command,
  options: readonly Option[],
  hasArgument: boolean,
): string[] {
  const [first] = command.registeredArguments;
  const takesFiles = first !== undefined &&
    /^(files|words)$/.test(first.name());
  const commands = hasArgument
    ? []
    : command.createHelp().visibleCommands(command).filter((one) =>
      one.name() !== "help"
    );
  return [
    ...commands.map((one) => lineOf(one.name(), summaryOf(one))),
    ...first?.argChoices ?? [],
    ...options.flatMap(({ short, long, description }) =>
      [short, long].flatMap((word) => word ? lineOf(word, description) : [])
    ),
    ...takesFiles ? [FILES] : [],
  ];
}

/**
 * A required value: a process of the TOML files in the line, a file, or
 * something that cannot be completed.
 */
function valueLines(option: Option, words: readonly string[]): string[] {
  if (option.long === "--process") return words.flatMap(processNames);
  return /<(file|path)>/.test(option.flags) ? [FILES] : [];
}

function processNames(file: string): string[] {
  if (!file.endsWith(".toml")) return [];
  try {
    const text = Deno.readTextFileSync(file);
    return [...text.matchAll(/^\s*\[process\.([\w-]+)\]/gm)]
      .map(([, name]) => name!);
  } catch {
    return []; // not a file: there is nothing to complete
  }
}

function lineOf(word: string, description: string): string {
  return description === "" ? word : `${word}\t${description}`;
}

function summaryOf(command: Command): string {
  const summary = command.summary() || command.description();
  return summary.split("\n")[0]!.replace(/\.$/, "");
}
