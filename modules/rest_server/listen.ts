import { CaryatidError } from "@caryatid/sdk";
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
    return platform.listen(gateway, { address, port, tls });
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
  const { name, message } = cause as Error;
  const where = `${address}:${port}`;
  const [found, hint] = name === "AddrInUse"
    ? ["the port is taken", "stop who has it, or set another port"]
    : name === "NotCapable" || name === "PermissionDenied"
    ? [message, `the process needs --allow-net=${where}`]
    : tls && name !== "AddrNotAvailable"
    ? [
      `the certificate ${tls.cert} with the key ${tls.key} is no good: ${message}`,
    ]
    : [message];
  return new CaryatidError(
    "INIT_FAILED",
    `Cannot listen on ${where}: ${found}`,
    { cause, hint },
  );
}

/** How long connections may take to end after they were cut, in milliseconds. */
const CUT_TIME = 500;

/**
 * Stops: the port is closed at once; what goes on may end, until the time is over, and then is cut.
 *
 * Resolves with how it went. A client that doesn't read keeps its connection until it does, or the process ends: Deno can't
 * close it from here.
 *
 * @param time in milliseconds
 */
export async function drain(
  gateway: Gateway,
  listener: Listener,
  time: number,
): Promise<"drained" | "cut" | "left"> {
  gateway.close();
  const down = listener.shutdown();
  if (await inTime(down, time)) return "drained";
  gateway.cut();
  if (await inTime(down, CUT_TIME)) return "cut";
  listener.unref();
  return "left";
}

async function inTime(work: Promise<void>, time: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), time);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
