/**
 * Whether a page of `origin` may open a WebSocket here. Browsers send their cookies along and ask nobody, so only pages of this
 * server may, and those of `allowed`. What isn't a browser names no origin, and no page has talked it into coming.
 */
export function originAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined) return true;
  if (allowed.includes("*") || allowed.includes(origin)) return true;
  // What follows a name in a URL is no part of a host.
  if (host === undefined || /[/?#\\@]/.test(host)) return false;
  // A proxy may have ended TLS, so the schemes may differ. An opaque origin is the text "null".
  const url = URL.parse(origin);
  return url !== null && url.host !== "" &&
    url.host === URL.parse(`${url.protocol}//${host}`)?.host;
}
