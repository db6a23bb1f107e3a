import type { Context as Request } from "hono";
import { tooManyClients } from "./events_route.ts";
import type { LiveServer } from "./live_server.ts";
import { originAllowed } from "./origin.ts";
import { type Refusal, refused } from "./refusal.ts";
import { ACCEPTED, type SocketListener } from "./socket_listener.ts";

/** A nonce of 16 bytes in Base64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;

/**
 * Decides if a client may connect by `GET <path>/socket`. The listener makes
 * the handshake itself.
 */
export function answerSocket(
  request: Request,
  live: LiveServer,
  sockets: SocketListener,
): Response {
  const header = (name: string) => request.req.header(name);
  const refusal = handshakeRefusal(header);
  if (refusal) throw refused(refusal);
  if (
    !originAllowed(header("origin"), header("host"), {
      allowed: live.config.origins,
      pagePort: sockets.pagePort,
    })
  ) {
    const detail = "No page of that origin may open a WebSocket here";
    throw refused({ status: 403, code: "FORBIDDEN", detail });
  }
  if (!sockets.has(request.req.raw)) {
    throw refused(upgradeRequired(`WebSockets are at port ${sockets.port}`));
  }
  const leave = live.closed ? undefined : live.clients.enter();
  if (!leave) throw refused(tooManyClients());
  // A gateway knows the client behind a trusted proxy.
  const { address = "" } = (request.env ?? {}) as { address?: string };
  sockets.accept(request.req.raw, { leave, address });
  return new Response(null, { status: ACCEPTED });
}

function handshakeRefusal(
  header: (name: string) => string | undefined,
): Refusal | undefined {
  if (header("upgrade")?.toLowerCase() !== "websocket") {
    return upgradeRequired("Expected a WebSocket");
  }
  const isWhole = header("sec-websocket-version") === "13" &&
    KEY.test(header("sec-websocket-key") ?? "");
  if (isWhole) return undefined;
  const detail = "Expected a whole WebSocket handshake of version 13";
  return { status: 400, code: "NOT_ACCEPTED", detail };
}

function upgradeRequired(detail: string): Refusal {
  return {
    status: 426,
    code: "UPGRADE_REQUIRED",
    detail,
    headers: { upgrade: "websocket", connection: "upgrade" },
  };
}
