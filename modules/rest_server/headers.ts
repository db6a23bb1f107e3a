/** Headers of the connection, not of the message: a gateway passes none on, neither way. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Where a proxy says whom it speaks for; anybody may write them. */
const FORWARDED = /^(forwarded|x-forwarded-.*|x-real-ip)$/;

/** Whether a header of this name, in lower case, ends here; `connection` is what that header says, which may name others. */
export function isHopByHop(name: string, connection: string | null): boolean {
  if (HOP_BY_HOP.has(name)) return true;
  return connection !== null &&
    connection.toLowerCase().split(",").some((named) => named.trim() === name);
}

/** Whether only a trusted proxy may say it. */
export function isForwarded(name: string): boolean {
  return FORWARDED.test(name);
}

/** Names and values that can be sent: no line break ends a header early. */
export function isHeader(name: string, value: unknown): value is string {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) &&
    isHeaderValue(value);
}

/** Visible Latin-1, blanks and tabs. */
export function isHeaderValue(value: unknown): value is string {
  return typeof value === "string" && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}
