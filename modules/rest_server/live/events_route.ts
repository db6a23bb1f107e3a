import type { Context as Request } from "hono";
import { EventStream } from "./event_stream.ts";
import { Feed } from "./feed.ts";
import type { LiveServer } from "./live_server.ts";
import { type Refusal, refused, unavailable } from "./refusal.ts";
import { subscribeRefusal } from "./rights.ts";

const HEADERS = {
  "content-type": "text/event-stream",
  // a proxy that gathers or compresses would hold events back
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/**
 * Answers `GET <path>/events?topic=…` with the messages of these patterns as
 * server-sent events, from now or from `Last-Event-ID` on.
 */
export async function answerEvents(
  request: Request,
  live: LiveServer,
): Promise<Response> {
  const patterns = request.req.queries("topic") ?? [];
  const refusal = patternsRefusal(patterns, live);
  if (refusal) throw refused(refusal);
  // Hono lets a GET route answer HEAD. A stream without a reader would never
  // end.
  if (request.req.method === "HEAD") {
    return new Response(null, { headers: HEADERS });
  }
  const leave = live.clients.enter();
  if (!leave) throw refused(tooManyClients());
  const feed = await live.feeds.open(patterns);
  if (!(feed instanceof Feed)) {
    leave();
    throw refused(feed);
  }
  // An EventSource repeats its first URL, so the position in the header is
  // newer.
  const position = request.req.header("last-event-id") ??
    request.req.query("last-event-id");
  const stream = new EventStream(
    feed,
    feed.startAt(position),
    live.config.retry * 1000,
    () => {
      leave();
      live.feeds.release(feed);
    },
  );
  // A gateway cancels it if a middleware answers otherwise.
  if (request.env) request.env.stream = stream.body;
  return new Response(stream.body, { headers: HEADERS });
}

/** Returns a refusal for a client above `max-clients`. */
export function tooManyClients(): Refusal {
  return unavailable("Too many clients are connected", "TOO_MANY_CLIENTS");
}

function patternsRefusal(
  patterns: readonly string[],
  { config }: LiveServer,
): Refusal | undefined {
  const most = config["max-subscriptions"];
  if (patterns.length === 0) {
    const detail = "Expected at least one topic: ?topic=clock.tick";
    return { status: 400, code: "INVALID_TOPIC", detail };
  }
  if (patterns.length > most) {
    const detail = `Found ${patterns.length} topics; expected at most ${most}`;
    return { status: 400, code: "TOO_MANY_SUBSCRIPTIONS", detail };
  }
  for (const pattern of patterns) {
    const refusal = subscribeRefusal(pattern, config);
    if (refusal) return refusal;
  }
  return undefined;
}
