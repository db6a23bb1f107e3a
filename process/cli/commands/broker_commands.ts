import { type Command, InvalidArgumentError } from "commander";
import type { Surroundings } from "../program.ts";

/** `caryatid publish`, `request` and `spy`. */
export function addMessages(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  const load = () => import("../broker/messages.ts");
  const publish = program.command("publish")
    .summary("publish a message on a broker, or in a process")
    .description("Publishes a message, and ends when the bus has it.")
    .argument("<topic>").argument("<json>", "the message");
  targetOptions(publish).addHelpText(
    "after",
    `
Examples:
  caryatid publish order.new '{"total": 12}'
  caryatid publish order.new '{"total": 12}' --attach control.json`,
  ).action(async (topic, json, options) => {
    exit(await (await load()).publish(terminal, topic, json, options));
  });
  const request = program.command("request")
    .summary("ask who handles a topic, and print the answer")
    .description("Asks who handles a topic, and prints the answer as JSON.")
    .argument("<topic>").argument("<json>", "the message")
    .option("--timeout <seconds>", "how long to wait (5)", milliseconds);
  targetOptions(request).addHelpText(
    "after",
    `
Example:
  caryatid request price.of '"tea"'`,
  ).action(async (topic, json, options) => {
    exit(await (await load()).request(terminal, topic, json, options));
  });
  const spy = program.command("spy")
    .summary("print what passes on a broker, or in a process")
    .description(
      "Prints what passes, topic and JSON, a line each, until Ctrl-C.",
    )
    .argument("<pattern>", "* is one word, # any number of them")
    .option("--count <number>", "end after so many messages", whole);
  targetOptions(spy).addHelpText(
    "after",
    `
Example:
  caryatid spy '#'`,
  ).action(async (pattern, options) => {
    exit(await (await load()).spy(terminal, pattern, options));
  });
}

/** `caryatid dead-letters list|show|replay`. */
export function addDeadLetters(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  const load = () => import("../broker/dead_letters.ts");
  const group = program.command("dead-letters")
    .summary("look at what groups could not take, or publish it again")
    .description("Looks at what groups could not take, or publishes it again.");
  const list = group.command("list").description(
    "Lists dead letters, the oldest first: when, id, topic, and why.",
  );
  filterOptions(list).action(async (options) => {
    exit(await (await load()).listDeadLetters(terminal, options));
  });
  const show = group.command("show").description("Shows one as JSON.")
    .argument("<id>");
  deadLetterOptions(show).action(async (id, options) => {
    exit(await (await load()).showDeadLetter(terminal, id, options));
  });
  const replay = group.command("replay").description(
    "Publishes dead letters again, and removes them.",
  );
  filterOptions(replay).action(async (options) => {
    exit(await (await load()).replayDeadLetters(terminal, options));
  });
}

function targetOptions(command: Command): Command {
  return brokerOptions(command).option(
    "--attach <file>",
    "the running process whose [module.control] wrote this file",
  );
}

function brokerOptions(command: Command): Command {
  return command
    .option("--url <url>", "the broker (amqp://127.0.0.1:5672/%2f)")
    .option("--password-file <file>", "holds the password of the URL")
    .option("--exchange <name>", "the exchange of the bus (caryatid)");
}

function deadLetterOptions(command: Command): Command {
  return brokerOptions(command).requiredOption(
    "--dead-letter-exchange <name>",
    "where the bus keeps them: its dead-letter-exchange",
  );
}

function filterOptions(command: Command): Command {
  return deadLetterOptions(command)
    .option("--topic <pattern>", "only those on these topics")
    .option("--id <id>", "only the one of this id")
    .option("--code <code>", "only those with this error")
    .option("--limit <number>", "at most so many", whole);
}

function milliseconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return seconds * 1000;
  throw new InvalidArgumentError("wanted seconds, 0 to 86400");
}

function whole(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("wanted a whole number above 0");
}
