import type { Command } from "commander";
import {
  addJsonOption,
  addTargetOptions,
  BUS_EXIT_CODES,
  type CommandContext,
  positiveInteger,
} from "./options.ts";

const load = () => import("../broker/dead_letters.ts");

/** Adds `caryatid dead-letters list|show|replay|drop`. */
export function addDeadLetters(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const group = program.command("dead-letters")
    .summary("list, replay or drop dead letters")
    .description(
      "Lists messages that groups could not handle, publishes them again or removes them.",
    )
    .addHelpText("after", help("list", "show ID", "replay", "drop"));
  const list = group.command("list").description(
    "Lists dead letters, the oldest first: time, id, topic and error.",
  ).addHelpText("after", help("list", "list --topic 'order.#' --json"));
  addFilterOptions(addJsonOption(list)).action(async (options) => {
    exit(await (await load()).listDeadLetters(terminal, options));
  });
  const show = group.command("show").description(
    "Prints a dead letter as JSON.",
  )
    .argument("<id>", "id from the list")
    .option("--topic <pattern>", "only if its topic matches")
    .addHelpText("after", help("show ID"));
  addExchangeOptions(show).action(async (id, options) => {
    exit(await (await load()).showDeadLetter(terminal, id, options));
  });
  const replay = group.command("replay")
    .description("Publishes dead letters again, and removes them.")
    .addHelpText("after", help("replay --id ID", "replay --topic 'order.#'"));
  addFilterOptions(replay).action(async (options) => {
    exit(await (await load()).replayDeadLetters(terminal, options));
  });
  const drop = group.command("drop")
    .description("Removes dead letters for good.")
    .addHelpText("after", help("drop --id ID", "drop --topic 'order.#'"));
  addFilterOptions(drop).action(async (options) => {
    exit(await (await load()).dropDeadLetters(terminal, options));
  });
}

function help(...examples: readonly string[]): string {
  const lines = examples.map((example) =>
    `  caryatid dead-letters ${example} --dead-letter-exchange dead`
  );
  lines.push(`  caryatid dead-letters ${examples[0]} --attach control.json`);
  return `\nExamples:\n${lines.join("\n")}\n${BUS_EXIT_CODES}`;
}

function addExchangeOptions(command: Command): Command {
  return addTargetOptions(command).option(
    "--dead-letter-exchange <name>",
    "the dead-letter-exchange of the bus, unless --attach is set",
  );
}

function addFilterOptions(command: Command): Command {
  return addExchangeOptions(command)
    .option("--topic <pattern>", "only those with a topic that matches")
    .option("--id <id>", "only the one with this id")
    .option("--code <code>", "only those with this error code")
    .option("--limit <number>", "maximum number", positiveInteger);
}
