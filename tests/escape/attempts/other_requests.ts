import * as http from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import { Server, Socket } from "node:net";
import type { Attempt } from "../attempt.ts";

/** Attempts to reach a host with other functions. */
export const otherRequests: readonly Attempt[] = [
  requests(
    "node:https",
    (port, done, failed) =>
      https.get(`https://127.0.0.1:${port}/`).on("response", done)
        .on("error", failed),
  ),
  requests("node:http2", (port, done, failed) => {
    const session = http2.connect(`http://127.0.0.1:${port}`);
    session.on("connect", done).on("error", failed);
  }),
  requests("a raw socket that node:http is given", (port, done, failed) => {
    http.get(`http://127.0.0.1:${port}/`, {
      createConnection: () => new Socket().connect(port, "127.0.0.1"),
    }).on("response", done).on("error", failed);
  }),
  {
    name: "listens on a socket in a folder",
    uncontrolled: true,
    attempt: ({ folder }) => {
      using listener = Deno.listen({
        transport: "unix",
        path: `${folder}/granted/mine`,
      });
      return `${listener.addr}`;
    },
  },
  {
    name: "listens on an abstract Unix socket with node:net",
    jail: "contained",
    uncontrolled: true,
    attempt: () =>
      new Promise((resolve, reject) => {
        const server = new Server().on("error", reject);
        server.listen({ path: "\0caryatid" }, () => resolve("it listens"));
      }),
  },
  {
    name: "takes over a listening socket of its host by its number",
    grants: { net: ["127.0.0.1:{port}"] },
    alone: true,
    uncontrolled: true,
    attempt: ({ port }) => {
      for (let fd = 3; fd < 64; fd++) {
        if (portOf(fd) === port) return `it has taken ${fd}`;
      }
      throw new Error("no number is a socket of the host");
    },
  },
];

/** Returns the local port of an open file, if that is a socket. */
function portOf(fd: number): number | undefined {
  try {
    const socket = new Socket({ fd, readable: false, writable: false });
    socket.on("error", () => {});
    return socket.localPort;
  } catch {
    return undefined; // another kind of file, or none
  }
}

function requests(
  by: string,
  request: (
    port: number,
    done: () => void,
    failed: (error: Error) => void,
  ) => void,
): Attempt {
  return {
    name: `requests something with ${by}`,
    uncontrolled: true, // the server of the ground speaks HTTP/1.1 in clear
    attempt: ({ port }) =>
      new Promise((resolve, reject) =>
        request(port, () => resolve("an answer"), reject)
      ),
  };
}
