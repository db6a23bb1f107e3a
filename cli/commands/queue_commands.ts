import { type Command, InvalidArgumentError } from "commander";
import {
  addBrokerOptions,
  BUS_EXIT_CODES,
  type CommandContext,
} from "./options.ts";

const load = () => import("../broker/queues.ts");

/** Adds `caryatid queues migrate`. */
export function addQueues(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const help = `
Examples:
  caryatid queues migrate --group billing --pattern 'order.#'
  caryatid queues migrate --dead-letter-exchange dead
${BUS_EXIT_CODES}`;
  const group = program.command("queues")
    .summary("migrate classic queues to quorum queues")
    .description("Works on the durable queues of groups.")
    .addHelpText("after", help);
  const migrate = group.command("migrate")
    .description(
      "Replaces the classic queue of a group, or of dead letters, by a quorum\n" +
        "queue of the same name, with its messages. No member of the group may be\n" +
        "connected. After an interruption the same command continues.",
    )
    .option("--group <name>", "the group")
    .option("--pattern <pattern>", "the pattern to which the group subscribes")
    .option(
      "--dead-letter-exchange <name>",
      "the dead-letter-exchange of the bus, instead of a group",
    )
    .option(
      "--group-expires <seconds>",
      "group-expires of the bus (86400)",
      expiry,
    )
    .addHelpText("after", help);
  addBrokerOptions(migrate).action(async (options) => {
    exit(await (await load()).migrate(terminal, options));
  });
}

/** Parses seconds. The bus checks their limits. */
function expiry(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && number > 0) return number;
  throw new InvalidArgumentError("expected seconds: more than 0");
}
