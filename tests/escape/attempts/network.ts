import type { AttemptGroup, Grants } from "../attempt.ts";
import { otherRequests } from "./other_requests.ts";
import { createSocket } from "node:dgram";
import { get } from "node:http";
import * as net from "node:net";
import { connect as connectTls } from "node:tls";

const OTHER_PORT: Grants = { net: ["127.0.0.1:1"] };
const WITH_HOSTS = "with `net` granted, the jail shares the network of " +
  "its host, and does not restrict which hosts are reached";
const ONE_PORT: Grants = { net: ["127.0.0.1:{port}"] };

/**
 * Attempts to use the network. A guest has only the grants of its attempt. The
 * servers listen on the loopback interface.
 */
export const network: AttemptGroup = {
  title: "Network",
  jail: true,
  attempts: [
    {
      name: "sends an HTTP request with fetch",
      attempt: async ({ port }) =>
        await (await fetch(`http://127.0.0.1:${port}/fetch`)).text(),
    },
    {
      name: "opens a TCP connection",
      async attempt({ port }) {
        (await Deno.connect({ port })).close();
        return "connected";
      },
    },
    {
      name: "opens a TCP connection with node:net",
      attempt: ({ port }) =>
        connected(net.connect({ port, host: "127.0.0.1" })),
    },
    {
      name: "sends an HTTP request with node:http",
      attempt: ({ port }) =>
        new Promise((resolve, reject) => {
          get(`http://127.0.0.1:${port}/node`, (response) => {
            response.resume();
            response.on("end", () => resolve("fetched"));
          }).on("error", reject);
        }),
    },
    {
      name: "opens a TLS connection with node:tls",
      attempt: ({ port }) => connected(connectTls({ port, host: "127.0.0.1" })),
      uncontrolled: true, // the server does not use TLS
    },
    {
      name: "listens on a TCP port",
      jail: "contained",
      attempt() {
        using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
        return `${(listener.addr as Deno.NetAddr).port}`;
      },
    },
    {
      name: "starts an HTTP server",
      jail: "contained",
      async attempt() {
        const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
        await Deno.serve(options, () => new Response()).shutdown();
        return "served";
      },
    },
    {
      name: "sends a UDP datagram with node:dgram",
      jail: "contained",
      alone: true,
      attempt: ({ datagramPort }) =>
        new Promise((resolve, reject) => {
          const socket = createSocket("udp4");
          socket.on("error", reject);
          socket.send("secret", datagramPort, "127.0.0.1", (error) => {
            socket.close();
            error ? reject(error) : resolve("sent");
          });
        }),
    },
    {
      name: "resolves a host name",
      attempt: async () => (await Deno.resolveDns("localhost", "A"))[0],
      uncontrolled: true, // it needs a name server
    },
    {
      name: "connects to a Unix socket",
      async attempt({ socket }) {
        (await Deno.connect({ transport: "unix", path: socket })).close();
        return "connected";
      },
    },
    {
      name: "opens a WebSocket",
      attempt: ({ port }) => opened(new WebSocket(`ws://127.0.0.1:${port}/`)),
    },
    {
      name: "opens an EventSource",
      attempt: ({ port }) =>
        opened(new EventSource(`http://127.0.0.1:${port}/events`)),
    },
    {
      name: "opens a WebTransport",
      attempt: ({ port }) =>
        new WebTransport(`https://127.0.0.1:${port}/`).ready,
      uncontrolled: true,
    },
    {
      name: "connects to another port of the granted host",
      jail: "open",
      why: WITH_HOSTS,
      grants: OTHER_PORT,
      attempt: async ({ port }) =>
        await (await fetch(`http://127.0.0.1:${port}/other`)).text(),
    },
    {
      name: "connects to the granted address under another name",
      jail: "open",
      why: WITH_HOSTS,
      grants: ONE_PORT,
      attempt: async ({ port }) =>
        await (await fetch(`http://localhost:${port}/name`)).text(),
    },
    {
      name: "follows a redirect to a port that is not granted",
      jail: "open",
      why: WITH_HOSTS,
      grants: ONE_PORT,
      attempt: async ({ port }) =>
        await (await fetch(`http://127.0.0.1:${port}/redirect`)).text(),
    },
    {
      name: "fetches through its own HTTP client with a proxy",
      attempt: async ({ port }) => {
        using client = Deno.createHttpClient({
          proxy: { url: `http://127.0.0.1:${port}` },
        });
        return await (await fetch("http://far.example/", { client })).text();
      },
    },
    {
      name: "fetches a data: and a blob: URL",
      jail: "contained",
      worker: "contained",
      process: "contained",
      why: "it receives only its own data",
      uncontrolled: true,
      async attempt() {
        const made = URL.createObjectURL(new Blob(["own"]));
        for (const url of ["data:,own", made]) {
          if (await (await fetch(url)).text() !== "own") return "another's";
        }
      },
    },
    ...otherRequests,
  ],
};

function connected(socket: net.Socket): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("connect", () => {
      socket.destroy();
      resolve("connected");
    });
  });
}

function opened(source: WebSocket | EventSource): Promise<unknown> {
  return new Promise((resolve, reject) => {
    source.onopen = () => {
      source.close();
      resolve("opened");
    };
    source.onerror = () => {
      source.close();
      reject(new Error("the connection failed"));
    };
  });
}
