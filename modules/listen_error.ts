import { CaryatidError } from "@caryatid/sdk";

/** What the address may be to blame for, by the system's names. */
const OF_ADDRESSES: ReadonlySet<unknown> = new Set([
  "EACCES",
  "EADDRINUSE",
  "EADDRNOTAVAIL",
]);

/** Whether it is the address that can't be listened on, and not, for instance, a certificate that is no good. */
export function isOfAddress(cause: unknown): boolean {
  const { name, code } = cause as Error & { code?: unknown };
  return name === "NotCapable" || OF_ADDRESSES.has(code);
}

/** The error for an address, such as `127.0.0.1:80`, that can't be listened on. */
export function listenError(where: string, cause: unknown): CaryatidError {
  const { name, message, code } = cause as Error & { code?: unknown };
  const [found, hint] = code === "EADDRINUSE"
    ? ["the port is taken", "stop who has it, or set another port"]
    : name === "NotCapable" || code === "EACCES"
    ? [message, `the process needs --allow-net=${where}`]
    : [message];
  return new CaryatidError(
    "INIT_FAILED",
    `Cannot listen on ${where}: ${found}`,
    { cause, hint },
  );
}
