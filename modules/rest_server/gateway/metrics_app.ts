import { CaryatidError, type Context } from "@caryatid/sdk";
import { Hono } from "hono";

/** Media type of the text format of Prometheus. */
const TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Returns the app that answers `GET path` with the metrics of the process. It
 * must be behind the guards of the server, because metrics name modules and
 * topics.
 *
 * @throws {CaryatidError} `INVALID_CONFIG` if the process does not count
 */
export function metricsApp(path: string, context: Context): Hono {
  const metrics = metricsOf(context);
  if (metrics === undefined) {
    throw new CaryatidError(
      "INVALID_CONFIG",
      `Cannot answer ${path} with metrics: found no [monitor] in this process`,
      { hint: "Add [monitor], and do not isolate the server." },
    );
  }
  return new Hono().get(path, async (c) => {
    c.header("cache-control", "no-store");
    c.header("content-type", TYPE);
    return c.body(await metrics());
  });
}

/**
 * Returns the metrics function of a context; undefined in a guest, whose
 * context has none.
 */
function metricsOf(context: Context): (() => Promise<string>) | undefined {
  return "metrics" in context
    ? context.metrics as (() => Promise<string>) | undefined
    : undefined;
}
