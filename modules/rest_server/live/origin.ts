/** Pages that may send requests or open a WebSocket. */
export interface OriginRules {
  /** Origins by name, or `*` for any. */
  readonly allowed: readonly string[];
  /** Port of the server's own pages, if WebSockets have another one. */
  readonly pagePort: number | undefined;
}

/**
 * Returns true if a page of `origin` may send requests or open a WebSocket.
 *
 * Browsers send cookies along with a WebSocket of any page. So only pages of
 * this server, and of the origins in `allowed`, may connect. A program that is
 * not a browser sends no origin.
 */
export function originAllowed(
  origin: string | undefined,
  host: string | undefined,
  { allowed, pagePort }: OriginRules,
): boolean {
  if (origin === undefined) return true;
  if (allowed.includes("*") || allowed.includes(origin)) return true;
  // Characters that end the host in a URL are not part of a host.
  if (host === undefined || /[/?#\\@]/.test(host)) return false;
  // A proxy may have ended TLS, so the schemes may differ. An opaque origin is
  // the text "null".
  const page = URL.parse(origin);
  const own = page && URL.parse(`${page.protocol}//${host}`);
  if (!page || !own || page.host === "") return false;
  return page.host === own.host ||
    page.hostname === own.hostname && portOf(page) === pagePort;
}

function portOf({ port, protocol }: URL): number {
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
