import { CaryatidError } from "@caryatid/sdk";

/** The system's codes of errors that concern the address. */
const ADDRESS_ERRORS: ReadonlySet<unknown> = new Set([
  "EACCES",
  "EADDRINUSE",
  "EADDRNOTAVAIL",
]);

/**
 * Returns true if the error concerns the address and not, for example, a
 * certificate.
 */
export function isOfAddress(cause: unknown): boolean {
  const { name, code } = cause as Error & { code?: unknown };
  return name === "NotCapable" || ADDRESS_ERRORS.has(code);
}

/** Returns true if another program listens on the address. */
export function isTaken(cause: unknown): boolean {
  return (cause as { code?: unknown }).code === "EADDRINUSE";
}

/**
 * Returns the error for an address, such as `127.0.0.1:80`, on which a server
 * cannot listen.
 */
export function listenError(where: string, cause: unknown): CaryatidError {
  const { name, message, code } = cause as Error & { code?: unknown };
  const [found, hint] = isTaken(cause)
    ? [
      "the port is taken",
      "Stop the program that uses it, for example an earlier start of this " +
      `process, or set another port${nextPort(where)}.`,
    ]
    : name === "NotCapable" || code === "EACCES"
    ? [message, `Run the process with --allow-net=${where}.`]
    : [message];
  return new CaryatidError(
    "INIT_FAILED",
    `Cannot listen on ${where}: ${found}`,
    { cause, hint },
  );
}

/** Returns `, such as 4341`, or "" if the address has no higher port. */
function nextPort(where: string): string {
  const port = Number(/:(\d+)$/.exec(where)?.[1]);
  return port > 0 && port < 65_535 ? `, such as ${port + 1}` : "";
}
