import { CaryatidError } from "@caryatid/sdk";
import { isOfAddress, listenError } from "../../listen_error.ts";
import type { RestServerConfig } from "../config.ts";
import type { Gateway } from "./gateway.ts";
import type { Listener, ListenOptions, Platform } from "./platform.ts";

/**
 * Listens on the configured address and port.
 *
 * @throws {CaryatidError} `INIT_FAILED` with the address or the file, and the
 * reason
 */
export async function listen(
  gateway: Gateway,
  config: RestServerConfig,
  platform: Platform,
): Promise<Listener> {
  const { address, port } = config;
  const tls = await readTls(config, platform);
  try {
    return await platform.listen(
      (request, peer) => gateway.fetch(request, peer),
      { address, port, tls },
    );
  } catch (cause) {
    throw cannotListen(config, cause);
  }
}

/**
 * Reads certificate and key, if they are configured.
 *
 * @throws {CaryatidError} `INIT_FAILED`, naming the file
 */
export async function readTls(
  { tls }: RestServerConfig,
  platform: Platform,
): Promise<ListenOptions["tls"]> {
  return tls && {
    cert: await readPem("certificate", tls.cert, platform),
    key: await readPem("key", tls.key, platform),
  };
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
      `${tls.key} cannot be used: ${(cause as Error).message}`,
    { cause },
  );
}

/** Time for connections to close after `cut`, in milliseconds. */
const CUT_TIME = 500;
/**
 * Time without a request in flight after which open connections are no longer
 * waited for, in milliseconds. Answers may still be on their way.
 */
const IDLE_TIME = 250;

/**
 * Stops the server. It closes the port at once, and lets requests in flight
 * finish until the time is over; then it cuts them.
 *
 * Resolves with true if they finished in time. Deno closes a connection on
 * which the client must still send or read only when the client has done so.
 * The server does not wait for such connections, and they do not keep the
 * process alive.
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

/**
 * Resolves with true when all connections are closed, or no request needs them
 * any longer; with false when the time is over.
 */
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
