import type { MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { isKnownHost } from "../../rest_server/gateway/hosts.ts";
import { originAllowed } from "../../rest_server/live/origin.ts";
import { isSameSecret } from "../../same_secret.ts";

/** Name of the cookie that carries the token. */
export const COOKIE = "caryatid-dashboard";

const OWN_PAGES = { allowed: [], pagePort: undefined };

/**
 * Refuses requests by another host name, which protects a page on this machine
 * from DNS rebinding, and requests that a page of another origin sends.
 */
export function sameOrigin(
  hosts: ReadonlySet<string> | undefined,
): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header("host");
    if (!isKnownHost(host ?? "", hosts)) {
      return c.text("Unknown host name: add it to hosts of the dashboard", 421);
    }
    const origin = c.req.header("origin");
    const site = c.req.header("sec-fetch-site");
    const isOpened = c.req.method === "GET" &&
      c.req.header("sec-fetch-mode") === "navigate";
    const isForeign = !originAllowed(origin, host, OWN_PAGES) ||
      site !== undefined && site !== "same-origin" && site !== "none" &&
        !isOpened;
    if (isForeign) return c.text("Requests of other pages are refused", 403);
    const hasBody = c.req.method !== "GET" && c.req.method !== "HEAD";
    const type = c.req.header("content-type") ?? "";
    if (hasBody && !type.startsWith("application/json")) {
      // no form of another page can
      return c.text("Send application/json", 415);
    }
    await next();
  };
}

/** Requires the token, in a cookie or in the Authorization header. */
export function authorized(token: string | undefined): MiddlewareHandler {
  return async (c, next) => {
    if (token === undefined || isAllowed()) return await next();
    return c.text("A token is required", 401);

    function isAllowed(): boolean {
      const header = c.req.header("authorization") ?? "";
      const cookie = getCookie(c, COOKIE) ?? "";
      const byHeader = isSameSecret(header, `Bearer ${token}`);
      return isSameSecret(cookie, token!) || byHeader;
    }
  };
}
