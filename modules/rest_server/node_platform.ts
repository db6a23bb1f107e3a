import { once } from "node:events";
import { open, readFile, realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import process from "node:process";
import { Readable } from "node:stream";
import type { Gateway } from "./gateway.ts";
import { answerNode } from "./node_http.ts";
import type {
  Listener,
  ListenOptions,
  OpenFile,
  Platform,
} from "./platform.ts";

/** Node.js from version 22, and Bun. Deno doesn't load it: its own is faster. */
export const nodePlatform: Platform = {
  async listen(gateway: Gateway, options: ListenOptions): Promise<Listener> {
    const { address, port, tls } = options;
    const scheme = tls ? "https" : "http";
    // Without a Host header the gateway refuses a request itself, and says why.
    const server = tls
      ? createTlsServer({ ...tls, requireHostHeader: false })
      : createServer({ requireHostHeader: false });
    server.on(
      "request",
      (incoming, outgoing) => answerNode(gateway, scheme, incoming, outgoing),
    );
    const sockets = new Set<Socket>();
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    server.listen(port, address);
    await once(server, "listening");
    return {
      port: (server.address() as AddressInfo).port,
      shutdown: () => new Promise((resolve) => server.close(() => resolve())),
      unref: () => {
        server.unref();
        server.closeIdleConnections(); // Bun leaves them open
        for (const socket of sockets) socket.unref();
      },
    };
  },

  upgrade: undefined,
  readText: (path) => readFile(path, "utf8"),
  variable: (name) => process.env[name],
  realPath: (path) => realpath(path),

  async isFolder(path: string): Promise<boolean> {
    try {
      return (await stat(path)).isDirectory();
    } catch {
      return false; // whatever keeps it from being read, it is none to us
    }
  },

  async openFile(path: string): Promise<OpenFile | undefined> {
    // Before it is opened: to open a pipe waits for who writes to it.
    const found = await stat(path);
    if (!found.isFile()) return undefined;
    const file = await open(path);
    const body = Readable.toWeb(file.createReadStream());
    return { size: found.size, body: body as OpenFile["body"] };
  },
};
