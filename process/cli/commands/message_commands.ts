import type { Command } from "commander";
import type { Surroundings } from "../program.ts";
import {
  addBrokerOptions,
  addJsonOption,
  EXIT_CODES,
  whole,
} from "./broker_options.ts";
import { seconds } from "./source_options.ts";

const load = () => import("../broker/messages.ts");

/** `caryatid publish`, `request` and `spy`. */
export function addMessages(
  program: Command,
  surroundings: Surroundings,
): void {
  for (const add of [addPublish, addRequest, addSpy]) {
    add(program, surroundings);
  }
}

function addPublish(program: Command, { terminal, exit }: Surroundings): void {
  const command = program.command("publish")
    .summary("publish a message on a broker, or in a process")
    .description("Publishes a message, and ends when the bus has it.")
    .argument("<topic>", "what it is about")
    .argument("<json>", "the message");
  addTargetOptions(command).addHelpText(
    "after",
    `
Examples:
  caryatid publish order.new '{"total": 12}'
  caryatid publish order.new '{"total": 12}' --attach control.json
${EXIT_CODES}`,
  ).action(async (topic, json, options) => {
    exit(await (await load()).publish(terminal, topic, json, options));
  });
}

function addRequest(program: Command, { terminal, exit }: Surroundings): void {
  const command = program.command("request")
    .summary("ask who handles a topic, and print the answer")
    .description("Asks who handles a topic, and prints the answer as JSON.")
    .argument("<topic>", "what it is about")
    .argument("<json>", "the message")
    .option("--timeout <seconds>", "how long to wait (5)", seconds);
  addTargetOptions(command).addHelpText(
    "after",
    `
Examples:
  caryatid request price.of '"tea"'
  caryatid request price.of '"tea"' --timeout 2 --attach control.json
${EXIT_CODES}`,
  ).action(async (topic, json, options) => {
    exit(await (await load()).request(terminal, topic, json, options));
  });
}

function addSpy(program: Command, { terminal, exit }: Surroundings): void {
  const command = addJsonOption(
    program.command("spy")
      .summary("print what passes on a broker, or in a process")
      .description(
        "Prints what passes, topic and JSON, a line each, until Ctrl-C.",
      )
      .argument("<pattern>", "* is one word, # any number of them"),
  ).option("--count <number>", "end after so many messages", whole);
  addTargetOptions(command).addHelpText(
    "after",
    `
Examples:
  caryatid spy '#'
  caryatid spy 'order.#' --count 1 --json
${EXIT_CODES}`,
  ).action(async (pattern, options) => {
    exit(await (await load()).spy(terminal, pattern, options));
  });
}

function addTargetOptions(command: Command): Command {
  return addBrokerOptions(command).option(
    "--attach <file>",
    "the running process whose [module.control] wrote this file",
  );
}
