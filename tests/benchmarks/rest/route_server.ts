/**
 * The server side of the route benchmark, a separate process: the REST server
 * in front of a bus, or with the argument `bare` the same handlers on Hono and
 * `Deno.serve`. It prints its port and runs until it is killed.
 */
import { createRestServer, handleRoute } from "@caryatid/modules/rest-server";
import { Process } from "@caryatid/process";
import { defineModule, type Module } from "@caryatid/sdk";
import { Hono } from "hono";
import { say } from "./companion.ts";

const USER = { name: "Ada", born: 1815, languages: ["French", "English"] };

const users = defineModule({
  name: "users",
  init(context) {
    handleRoute(context, "GET /users/:id", ({ params }) => ({
      id: params.id,
      ...USER,
    }));
    context.handle("rest.get.hello", () => ({
      code: 200,
      body: "Hello, world!",
      content_type: "text/plain",
    }));
  },
}) as Module;

async function bus(): Promise<void> {
  const server = createRestServer({ onListen: ({ port }) => say(`${port}`) });
  const process = await Process.create({
    config: {
      module: { "rest-server": { port: 0 }, users: {} },
      log: { level: "warn" },
    },
    modules: [server, users],
  });
  await process.start();
}

function bare(): void {
  const app = new Hono()
    .get("/users/:id", (c) => c.json({ id: c.req.param("id"), ...USER }))
    .get("/hello", (c) => c.text("Hello, world!"));
  const onListen = ({ port }: Deno.NetAddr) => say(`${port}`);
  Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, app.fetch);
}

if (Deno.args[0] === "bare") bare();
else await bus();
