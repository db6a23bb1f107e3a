import type { Command } from "commander";
import type { Surroundings } from "../program.ts";
import {
  addBrokerOptions,
  addJsonOption,
  EXIT_CODES,
  whole,
} from "./broker_options.ts";

const load = () => import("../broker/dead_letters.ts");

/** `caryatid dead-letters list|show|replay`. */
export function addDeadLetters(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  const group = program.command("dead-letters")
    .summary("look at what groups could not take, or publish it again")
    .description("Looks at what groups could not take, or publishes it again.")
    .addHelpText("after", help("list", "show ID", "replay"));
  const list = group.command("list").description(
    "Lists dead letters, the oldest first: when, id, topic, and why.",
  ).addHelpText("after", help("list", "list --topic 'order.#' --json"));
  addFilterOptions(addJsonOption(list)).action(async (options) => {
    exit(await (await load()).listDeadLetters(terminal, options));
  });
  const show = group.command("show").description("Shows one as JSON.")
    .argument("<id>", "as list shows it")
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
}

function help(...examples: readonly string[]): string {
  const lines = examples.map((example) =>
    `  caryatid dead-letters ${example} --dead-letter-exchange dead`
  );
  return `\nExamples:\n${lines.join("\n")}\n${EXIT_CODES}`;
}

function addExchangeOptions(command: Command): Command {
  return addBrokerOptions(command).requiredOption(
    "--dead-letter-exchange <name>",
    "where the bus keeps them: its dead-letter-exchange",
  );
}

function addFilterOptions(command: Command): Command {
  return addExchangeOptions(command)
    .option("--topic <pattern>", "only those on these topics")
    .option("--id <id>", "only the one of this id")
    .option("--code <code>", "only those with this error")
    .option("--limit <number>", "at most so many", whole);
}
