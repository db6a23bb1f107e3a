import { type Command, InvalidArgumentError } from "commander";

/** The exit codes of what a shell does on a bus. */
export const EXIT_CODES = `
Exit codes: 0 all is well, 1 it failed, 2 the command line is wrong.`;

/** Which broker, and which bus on it. */
export function addBrokerOptions(command: Command): Command {
  return command
    .option("--url <url>", "the broker (amqp://127.0.0.1:5672/%2f)")
    .option("--password-file <file>", "holds the password of the URL")
    .option("--exchange <name>", "the exchange of the bus (caryatid)");
}

/** For what prints a line for each of something. */
export function addJsonOption(command: Command): Command {
  return command.option("--json", "write an object for each, for programs");
}

/** Reads how many. */
export function whole(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("wanted a whole number above 0");
}
