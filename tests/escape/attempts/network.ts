import type { AttemptGroup, Grants } from "../attempt.ts";
import { createSocket } from "node:dgram";
import { get } from "node:http";
import * as net from "node:net";
import { connect as connectTls } from "node:tls";

const OTHER_PORT: Grants = { net: ["127.0.0.1:1"] };
const ONE_PORT: Grants = { net: ["127.0.0.1:{port}"] };

/** The network, with no grant but where one is said. What answers is on the loopback. */
export const network: AttemptGroup = {
  title: "Network",
  attempts: [
    {
      name: "fetches by HTTP",
      attempt: async ({ port }) =>
        await (await fetch(`http://127.0.0.1:${port}/fetch`)).text(),
    },
    {
      name: "connects by TCP",
      async attempt({ port }) {
        (await Deno.connect({ port })).close();
        return "connected";
      },
    },
    {
      name: "connects by node:net",
      attempt: ({ port }) =>
        connected(net.connect({ port, host: "127.0.0.1" })),
    },
    {
      name: "fetches by node:http",
      attempt: ({ port }) =>
        new Promise((resolve, reject) => {
          get(`http://127.0.0.1:${port}/node`, (response) => {
            response.resume();
            response.on("end", () => resolve("fetched"));
          }).on("error", reject);
        }),
    },
    {
      name: "connects by node:tls",
      attempt: ({ port }) => connected(connectTls({ port, host: "127.0.0.1" })),
      uncontrolled: true, // nobody there speaks TLS
    },
    {
      name: "listens",
      attempt() {
        using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
        return `${(listener.addr as Deno.NetAddr).port}`;
      },
    },
    {
      name: "serves HTTP",
      async attempt() {
        const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
        await Deno.serve(options, () => new Response()).shutdown();
        return "served";
      },
    },
    {
      name: "sends a datagram by node:dgram",
      alone: true,
      worker: "contained",
      process: "contained",
      why: "Deno refuses it with a rejection that nobody can handle: " +
        "its module fails",
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
      name: "looks a name up",
      attempt: async () => (await Deno.resolveDns("localhost", "A"))[0],
      uncontrolled: true, // it needs a name server
    },
    {
      name: "connects to a socket in the file system",
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
      name: "reaches another port of the host that is granted",
      grants: OTHER_PORT,
      attempt: async ({ port }) =>
        await (await fetch(`http://127.0.0.1:${port}/other`)).text(),
    },
    {
      name: "reaches the granted address by another name",
      grants: ONE_PORT,
      attempt: async ({ port }) =>
        await (await fetch(`http://localhost:${port}/name`)).text(),
    },
    {
      name: "is redirected to a port that isn't granted",
      grants: ONE_PORT,
      attempt: async ({ port }) =>
        await (await fetch(`http://127.0.0.1:${port}/redirect`)).text(),
    },
    {
      name: "makes a client of its own for fetch",
      attempt: async ({ port }) => {
        using client = Deno.createHttpClient({
          proxy: { url: `http://127.0.0.1:${port}` },
        });
        return await (await fetch("http://far.example/", { client })).text();
      },
    },
    {
      name: "fetches a data: and a blob: URL",
      worker: "contained",
      process: "contained",
      why: "what it gets is what it made",
      uncontrolled: true,
      async attempt() {
        const made = URL.createObjectURL(new Blob(["own"]));
        for (const url of ["data:,own", made]) {
          if (await (await fetch(url)).text() !== "own") return "another's";
        }
      },
    },
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
      reject(new Error("it fails"));
    };
  });
}
