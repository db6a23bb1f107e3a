import { once } from "node:events";
import { open, readFile, realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import process from "node:process";
import { answerNode } from "./node_http.ts";
import type {
  Answer,
  FileInfo,
  Listener,
  ListenOptions,
  OpenFile,
  Platform,
} from "./platform.ts";

/**
 * Platform for Node.js from version 22, and for Bun. Deno does not load it,
 * because `denoPlatform` is faster.
 */
export const nodePlatform: Platform = {
  async listen(answer: Answer, options: ListenOptions): Promise<Listener> {
    const { address, port, tls } = options;
    const scheme = tls ? "https" : "http";
    // The gateway itself refuses a request without a Host header, with a
    // reason.
    const server = tls
      ? createTlsServer({ ...tls, requireHostHeader: false })
      : createServer({ requireHostHeader: false });
    server.on(
      "request",
      (incoming, outgoing) => answerNode(answer, scheme, incoming, outgoing),
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
        server.closeIdleConnections(); // Bun leaves connections open
        for (const socket of sockets) socket.unref();
      },
    };
  },

  readText: (path) => readFile(path, "utf8"),
  variable: (name) => process.env[name],
  realPath: (path) => realpath(path),

  async isFolder(path: string): Promise<boolean> {
    try {
      return (await stat(path)).isDirectory();
    } catch {
      return false; // a path that cannot be read is not used as a folder
    }
  },

  async fileInfo(path: string): Promise<FileInfo | undefined> {
    const found = await stat(path);
    return found.isFile()
      ? { size: found.size, modified: Math.floor(found.mtimeMs) }
      : undefined;
  },

  async openFile(path: string): Promise<OpenFile> {
    const file = await open(path);
    return {
      async read(bytes, position) {
        const { bytesRead } = await file.read(
          bytes,
          0,
          bytes.length,
          position,
        );
        return bytesRead;
      },
      close: () => file.close(),
    };
  },
};
