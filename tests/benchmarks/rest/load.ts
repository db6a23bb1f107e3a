import { Skip } from "../harness.ts";

const SECONDS = 2;

/** Results of a load test, as its client measured them. */
export interface Load {
  /** Requests per second. */
  readonly rate: number;
  /** Number of requests. */
  readonly requests: number;
  /** 99th percentile of the response time, in milliseconds. */
  readonly p99: number;
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 };

/**
 * Sends requests as fast as `connections` allow, for 2 s. Uses wrk on the other
 * core if it is installed, otherwise autocannon from npm.
 */
export async function load(url: string, connections = 16): Promise<Load> {
  const found = await loadByWrk(url, connections) ??
    await loadByAutocannon(url, connections);
  if (found.failed > 0) throw new Error(`${found.failed} requests failed`);
  return found;
}

async function loadByWrk(
  url: string,
  connections: number,
): Promise<Load & Failures | undefined> {
  const text = await output("taskset", [
    "-c",
    "1",
    "wrk",
    "-t1",
    `-c${connections}`,
    `-d${SECONDS}s`,
    "--latency",
    url,
  ]);
  if (text === undefined) return undefined;
  const [, p99, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(text)!;
  const [, rate] = /Requests\/sec:\s+([\d.]+)/.exec(text)!;
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0;
  return {
    rate: Number(rate),
    requests: Number(/(\d+) requests in/.exec(text)![1]),
    p99: Number(p99) * UNITS[unit!]!,
    failed: Number(failed),
  };
}

async function loadByAutocannon(
  url: string,
  connections: number,
): Promise<Load & Failures> {
  const text = await output(Deno.execPath(), [
    "run",
    "-A",
    "--no-lock",
    "--quiet",
    "npm:autocannon@^8.0.0",
    "--json",
    "--no-progress",
    `--connections=${connections}`,
    `--duration=${SECONDS}`,
    url,
  ]);
  if (text === undefined) {
    throw new Skip("neither wrk nor autocannon runs here");
  }
  const { requests, latency, non2xx, errors } = JSON.parse(text);
  return {
    rate: requests.mean,
    requests: requests.total,
    p99: latency.p99,
    failed: non2xx + errors,
  };
}

interface Failures {
  readonly failed: number;
}

async function output(
  program: string,
  args: readonly string[],
): Promise<string | undefined> {
  try {
    const command = new Deno.Command(program, { args: [...args] });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
