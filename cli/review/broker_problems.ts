import { CaryatidError, type Log } from "@caryatid/sdk";
import { RabbitMqBus, rabbitMqSettings } from "@caryatid/process/rabbit-mq";
import type { BusConfig } from "@caryatid/process/internal/config";
import type { CodedProblem, Finding } from "../inspection/inspection.ts";
import { type CheckedConfig, located } from "./checked_config.ts";

/** Maximum time to connect, in milliseconds. */
const CONNECT_TIMEOUT = 3_000;

const quiet = () => {};
const QUIET: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/**
 * Connects to the broker of each RabbitMQ bus without a problem, as a process
 * does at its start. Returns a problem for each broker that refuses or does not
 * answer.
 */
export async function brokerProblems(
  { config, parts }: CheckedConfig,
): Promise<CodedProblem[]> {
  const buses = parts.flatMap(({ kind, config, inspection }) =>
    kind === "message-bus" && config.className === "rabbit-mq" &&
      config.import === undefined && inspection.problems.length === 0
      ? config as BusConfig
      : []
  );
  const findings = await Promise.all(buses.map(connectionFinding));
  return await located(config, findings.flatMap((one) => one ?? []));
}

async function connectionFinding(
  { id, path, settings }: BusConfig,
): Promise<Finding | undefined> {
  const bus = new RabbitMqBus(rabbitMqSettings(settings), QUIET);
  try {
    await bus.open({ signal: AbortSignal.timeout(CONNECT_TIMEOUT) });
    return undefined;
  } catch (error) {
    if (!(error instanceof CaryatidError)) throw error;
    const { code, message, hint } = error;
    const key = [...path, "url"];
    const reason = message.replace(/^Cannot /, "it cannot ");
    return { code, key, message: `Cannot open bus "${id}": ${reason}`, hint };
  } finally {
    await bus.close();
  }
}
