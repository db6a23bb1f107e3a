/**
 * A server in a separate OS process, for tests of its memory. It prints its
 * ports, and answers `GET /rss` with its resident memory in bytes.
 */
import { Process } from "@caryatid/process";
import { createRestServer } from "../rest_server.ts";

const server = createRestServer({
  onListen: ({ port, socketPort }) => {
    const line = `${JSON.stringify({ port, socketPort })}\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(line));
  },
});
const process = await Process.create({
  config: {
    module: {
      "rest-server": {
        port: 0,
        hosts: ["*"],
        live: { subscribe: ["#"], publish: ["#"], "socket-port": 0 },
      },
    },
    log: { level: "error" },
  },
  modules: [server],
  env: {},
});
const LONG = new Uint8Array(1_000_000);
process.context.handle("rest.get.rss", () => ({
  code: 200,
  body: `${Deno.memoryUsage().rss}`,
}));
process.context.handle("rest.get.long", () => ({ code: 200, body: LONG }));
process.context.handle("rest.post.body", () => ({ code: 200, body: "" }));
await process.start();
