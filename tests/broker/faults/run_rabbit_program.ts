import { RunningProgram } from "../../support/running_program.ts";

const program = new URL("rabbit_program.ts", import.meta.url).pathname;

/** Options of {@linkcode runRabbitProgram}. */
export interface RabbitProgramOptions {
  readonly url: string;
  /** Start deadline in seconds; 0 for none. */
  readonly startDeadline: number;
  /** Lines of the section of the bus. */
  readonly bus?: string;
  /** Files that the program may read (none). */
  readonly read?: readonly string[];
  /** Environment variables that override the configuration (none). */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs `rabbit_program.ts` with the permissions that it needs: network, and
 * files to read.
 */
export function runRabbitProgram(
  { url, startDeadline, bus = "", read = [], env }: RabbitProgramOptions,
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
  const rights = ["--allow-net=127.0.0.1,localhost"];
  if (read.length > 0) rights.push(`--allow-read=${read}`);
  if (env) rights.push("--allow-env");
  const args = ["run", "--no-prompt", ...rights, program, toml];
  return new RunningProgram(args, { ...env });
}
