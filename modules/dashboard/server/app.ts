import { CaryatidError, type Context } from "@caryatid/sdk";
import { PROMETHEUS_TYPE } from "@caryatid/process/internal/snapshots";
import { type Context as HonoContext, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { setCookie } from "hono/cookie";
import { HTTPException } from "hono/http-exception";
import { pagePolicy } from "../../page_policy.ts";
import { isSameSecret } from "../../same_secret.ts";
import type { DashboardConfig } from "../config.ts";
import type { Hub } from "../live/hub.ts";
import { addActions } from "./actions.ts";
import { loadPage } from "./assets.ts";
import { authorized, COOKIE, sameOrigin } from "./guard.ts";

/** Maximum size of a request, in bytes. */
const MAX_BODY = 1024 * 1024;

/** Options of {@linkcode dashboardApp}. */
export interface AppOptions {
  readonly context: Context;
  readonly config: DashboardConfig;
  readonly hub: Hub;
  /** Token of the page, if one is configured. */
  readonly token: string | undefined;
  /** Host names by which it may be asked; undefined for any. */
  readonly hosts: ReadonlySet<string> | undefined;
}

/** Creates the routes of the dashboard. */
export function dashboardApp(options: AppOptions): Hono {
  const { hub, token, hosts } = options;
  const app = new Hono();
  app.use(
    pagePolicy({ requireTrustedTypesFor: ["'script'"] }),
    sameOrigin(hosts),
    bodyLimit({ maxSize: MAX_BODY }),
  );
  app.onError((error, c) =>
    error instanceof HTTPException
      ? error.getResponse()
      : c.json(errorForm(error), 422)
  );
  addPage(app, token);
  app.use("/events", authorized(token));
  app.use("/api/*", authorized(token));
  app.use("/metrics", authorized(token));
  app.get(
    "/metrics",
    (c) => c.body(hub.metrics(), 200, { "content-type": PROMETHEUS_TYPE }),
  );
  app.get("/events", (c) => {
    const { tail, filter = "" } = c.req.query();
    const stream = hub.open({ tail: tail || undefined, filter });
    if (stream === undefined) return c.text("Too many open pages", 503);
    return c.body(stream, 200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
    });
  });
  app.get("/api/traces", (c) => c.json(hub.traces.lists(), 200, NO_STORE));
  app.get("/api/traces/:id", (c) => {
    const trace = hub.traces.find(c.req.param("id"));
    if (trace === undefined) return c.json({ spans: [] }, 404, NO_STORE);
    return c.json(trace, 200, NO_STORE);
  });
  addActions(app, options);
  return app;
}

const NO_STORE = { "cache-control": "no-store" };

/**
 * The page itself contains nothing secret, so that it can ask for the token.
 */
function addPage(app: Hono, token: string | undefined): void {
  app.get("/", (c) => file(c, "index.html"));
  app.get("/page/:name", (c) => file(c, c.req.param("name")));
  app.post("/login", async (c) => {
    const { token: given } = await c.req.json();
    if (token === undefined || !isSameSecret(String(given), token)) {
      return c.text("Wrong token", 401);
    }
    setCookie(c, COOKIE, token, {
      httpOnly: true,
      sameSite: "Strict",
      path: "/",
    });
    return c.body(null, 204);
  });
}

async function file(c: HonoContext, name: string): Promise<Response> {
  const found = (await loadPage()).get(name);
  if (found === undefined) return c.notFound();
  return c.body(found.text, 200, {
    "content-type": found.type,
    "cache-control": "no-cache",
  });
}

function errorForm(error: unknown): { code: string; message: string } {
  if (error instanceof CaryatidError) {
    const { code, message, hint } = error;
    return { code, message: hint ? `${message} (${hint})` : message };
  }
  const { message } = error as Error;
  return { code: "INVALID_OPTION", message: String(message) };
}
