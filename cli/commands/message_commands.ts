import type { Command } from "commander";
import {
  addJsonOption,
  addTargetOptions,
  BUS_EXIT_CODES,
  type CommandContext,
  positiveInteger,
  seconds,
} from "./options.ts";

const load = () => import("../broker/messages.ts");

/** Adds `caryatid publish`, `request` and `spy`. */
export function addMessages(
  program: Command,
  context: CommandContext,
): void {
  for (const add of [addPublish, addRequest, addSpy]) {
    add(program, context);
  }
}

function addPublish(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const command = program.command("publish")
    .summary("publish a message on a broker, or in a process")
    .description("Publishes a message, and ends when the bus has accepted it.")
    .argument("<topic>", "topic of the message")
    .argument("<json>", "the message, as JSON");
  addTargetOptions(command).addHelpText(
    "after",
    `
Examples:
  caryatid publish order.new '{"total": 12}'
  caryatid publish order.new '{"total": 12}' --attach control.json
${BUS_EXIT_CODES}`,
  ).action(async (topic, json, options) => {
    exit(await (await load()).publish(terminal, topic, json, options));
  });
}

function addRequest(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const command = program.command("request")
    .summary("send a request, and print the answer")
    .description("Sends a request, and prints the answer as JSON.")
    .argument("<topic>", "topic of the message")
    .argument("<json>", "the message, as JSON")
    .option("--timeout <seconds>", "time to wait for the answer (5)", seconds);
  addTargetOptions(command).addHelpText(
    "after",
    `
Examples:
  caryatid request price.of '"tea"'
  caryatid request price.of '"tea"' --timeout 2 --attach control.json
${BUS_EXIT_CODES}`,
  ).action(async (topic, json, options) => {
    exit(await (await load()).request(terminal, topic, json, options));
  });
}

function addSpy(program: Command, { terminal, exit }: CommandContext): void {
  const command = addJsonOption(
    program.command("spy")
      .summary("print the messages on a broker, or in a process")
      .description(
        "Prints topic and JSON of each message, and each request with its\n" +
          "answer and duration, one per line, until Ctrl-C.",
      )
      .argument("<pattern>", "* is one word, # any number of words"),
  ).option(
    "--count <number>",
    "number of messages after which to end",
    positiveInteger,
  );
  addTargetOptions(command).addHelpText(
    "after",
    `
Examples:
  caryatid spy '#'
  caryatid spy 'order.#' --count 1 --json
${BUS_EXIT_CODES}`,
  ).action(async (pattern, options) => {
    const { spy } = await import("../broker/spy.ts");
    exit(await spy(terminal, pattern, options));
  });
}
