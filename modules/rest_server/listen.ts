import { CaryatidError } from "@caryatid/sdk";
import { isOfAddress, listenError } from "../listen_error.ts";
import type { RestServerConfig } from "./config.ts";
import type { Gateway } from "./gateway.ts";
import type { Listener, Platform } from "./platform.ts";

/**
 * Listens, as configured.
 *
 * @throws {CaryatidError} `INIT_FAILED`, naming the port, or the file, and what is wrong with it
 */
export async function listen(
  gateway: Gateway,
  config: RestServerConfig,
  platform: Platform,
): Promise<Listener> {
  const { address, port } = config;
  const tls = config.tls && {
    cert: await readPem("certificate", config.tls.cert, platform),
    key: await readPem("key", config.tls.key, platform),
  };
  try {
    return await platform.listen(gateway, { address, port, tls });
  } catch (cause) {
    throw cannotListen(config, cause);
  }
}

async function readPem(
  what: string,
  path: string,
  platform: Platform,
): Promise<string> {
  let found: string;
  let cause: unknown;
  try {
    const text = await platform.readText(path);
    if (/^-----BEGIN [A-Z0-9 ]+-----/m.test(text)) return text;
    found = "it holds nothing in PEM form";
  } catch (error) {
    cause = error;
    found = (error as Error).message;
  }
  throw new CaryatidError(
    "INIT_FAILED",
    `Cannot read the ${what} "${path}": ${found}`,
    { cause },
  );
}

function cannotListen(
  { address, port, tls }: RestServerConfig,
  cause: unknown,
): CaryatidError {
  const where = `${address}:${port}`;
  if (tls === undefined || isOfAddress(cause)) {
    return listenError(where, cause);
  }
  return new CaryatidError(
    "INIT_FAILED",
    `Cannot listen on ${where}: the certificate ${tls.cert} with the key ` +
      `${tls.key} is no good: ${(cause as Error).message}`,
    { cause },
  );
}

/** How long connections may take to end after they were cut, in milliseconds. */
const CUT_TIME = 500;
/** How long nothing must go on, while some client keeps its connection, in milliseconds: answers may still be on their way. */
const IDLE_TIME = 250;

/**
 * Stops: the port is closed at once; what goes on may end, until the time is over, and then is cut.
 *
 * Resolves with whether it ended in time. Deno closes a connection whose client is to send, or to read on, only when that does
 * so: such ones aren't waited for, and keep no process alive.
 *
 * @param time in milliseconds
 */
export async function drain(
  gateway: Gateway,
  listener: Listener,
  time: number,
): Promise<boolean> {
  gateway.close();
  const down = listener.shutdown();
  const isDrained = await isOver(gateway, down, time);
  if (!isDrained) {
    gateway.cut();
    await isOver(gateway, down, CUT_TIME);
  }
  listener.unref();
  return isDrained;
}

/** Resolves when all connections are closed, or nothing goes on that they could be needed for; with false when time is over. */
async function isOver(
  gateway: Gateway,
  down: Promise<void>,
  time: number,
): Promise<boolean> {
  let timer: ReturnType<typeof setInterval> | undefined;
  const waited = new Promise<boolean>((resolve) => {
    const until = performance.now() + time;
    let busyAt = performance.now();
    timer = setInterval(() => {
      const now = performance.now();
      if (gateway.running > 0) busyAt = now;
      if (now - busyAt > IDLE_TIME) resolve(true);
      else if (now >= until) resolve(false);
    }, 20);
  });
  try {
    return await Promise.race([down.then(() => true), waited]);
  } finally {
    clearInterval(timer);
  }
}
