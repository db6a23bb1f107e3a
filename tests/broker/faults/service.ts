import { RunningProgram } from "../../support/running_program.ts";

const program = new URL("service_program.ts", import.meta.url).pathname;

/** Settings of a service, and of its bus. */
export interface ServiceOptions {
  readonly url: string;
  readonly exchange: string;
  /** Duration of a message and of a request, in milliseconds (0). */
  readonly work?: number;
  readonly group?: string;
  /**
   * Number of messages after which the count is printed, instead of each
   * message.
   */
  readonly report?: number;
  readonly [setting: string]: unknown;
}

/** Runs `service_program.ts`; resolves when its module runs. */
export async function runService(
  options: ServiceOptions,
): Promise<RunningProgram> {
  const net = "--allow-net=127.0.0.1";
  const json = JSON.stringify(options);
  const args = ["run", "--no-prompt", "--no-check", net, program, json];
  const service = new RunningProgram(args);
  await service.line(/^ready$/);
  return service;
}

/**
 * Returns the time that the service takes to end after SIGTERM, and its exit
 * code.
 */
export async function stopService(
  service: RunningProgram,
): Promise<{ ms: number; code: number }> {
  const began = performance.now();
  service.kill("SIGTERM");
  const code = await service.exitCode();
  return { ms: Math.round(performance.now() - began), code };
}
