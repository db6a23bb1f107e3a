import { RunningProgram } from "../support/running_program.ts";

const program = new URL("rabbit_program.ts", import.meta.url).pathname;

/** How to run it. */
export interface RabbitProgramOptions {
  readonly url: string;
  /** In seconds; 0 for none. */
  readonly startDeadline: number;
  /** Lines of the bus's section. */
  readonly bus?: string;
}

/** Runs `rabbit_program.ts` with the permissions that it needs: network. */
export function runRabbitProgram(
  { url, startDeadline, bus = "" }: RabbitProgramOptions,
): RunningProgram {
  const toml = `
lifecycle.start-deadline = ${startDeadline}
[message-bus.external]
class = "rabbit-mq"
url = ${JSON.stringify(url)}
${bus}
[[message-router.route]]
pattern = "#"
bus = "external"
`;
  const net = "--allow-net=127.0.0.1";
  return new RunningProgram(["run", "--no-prompt", net, program, toml]);
}
