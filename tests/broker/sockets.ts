import { once } from "node:events";
import net from "node:net";

/**
 * Listens on a port of 127.0.0.1. Resolves when the server listens. `close()`
 * of the server stops listening at once and keeps connections.
 */
export async function listen(
  port: number,
  onConnection: (socket: net.Socket) => void,
): Promise<net.Server> {
  const server = net.createServer({ allowHalfOpen: true, noDelay: true });
  server.on("connection", onConnection);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/**
 * Ends a connection with a reset, as a crash or a firewall does; resolves when
 * it is closed.
 */
export async function reset(socket: net.Socket): Promise<void> {
  if (socket.closed) return;
  const closed = new Promise((resolve) => socket.once("close", resolve));
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
  await closed;
}
