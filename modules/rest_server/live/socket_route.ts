import type { Context as Request } from "hono";
import { tooManyClients } from "./events_route.ts";
import type { LiveServer } from "./live_server.ts";
import { originAllowed } from "./origin.ts";
import { refused } from "./refusal.ts";
import { SocketClient } from "./socket_client.ts";

/** Makes a WebSocket of a request, as `Deno.upgradeWebSocket` does; `idleTimeout` is in seconds. */
export type Upgrade = (
  request: globalThis.Request,
  options: { readonly idleTimeout: number },
) => { readonly response: Response; readonly socket: WebSocket };

/** `GET <path>/socket`: a WebSocket on which a client subscribes and publishes. */
export function answerSocket(
  request: Request,
  live: LiveServer,
  upgrade: Upgrade,
): Response {
  const header = (name: string) => request.req.header(name);
  if (header("upgrade")?.toLowerCase() !== "websocket") {
    throw refused({
      status: 426,
      code: "UPGRADE_REQUIRED",
      detail: "Wanted a WebSocket",
      headers: { upgrade: "websocket", connection: "upgrade" },
    });
  }
  if (!originAllowed(header("origin"), header("host"), live.config.origins)) {
    const detail = "No page of that origin may open a WebSocket here";
    throw refused({ status: 403, code: "FORBIDDEN", detail });
  }
  const leave = live.closed ? undefined : live.clients.enter();
  if (!leave) throw refused(tooManyClients());
  try {
    const idleTimeout = live.config.heartbeat;
    const { response, socket } = upgrade(request.req.raw, { idleTimeout });
    new SocketClient(socket, live, leave);
    return response;
  } catch (error) { // a hostile handshake
    leave();
    const reason = (error as Error).message;
    live.context.log.debug("refused a WebSocket: {reason}", { reason });
    const detail = "Wanted a whole WebSocket handshake";
    throw refused({ status: 400, code: "NOT_ACCEPTED", detail });
  }
}
