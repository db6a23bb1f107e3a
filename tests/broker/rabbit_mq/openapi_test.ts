import { Process } from "@caryatid/process";
import {
  createRestServer,
  defineRoute,
  handleRoute,
} from "@caryatid/modules/rest-server";
import assert from "node:assert/strict";
import { z } from "zod";
import { brokerTest, type TestBroker } from "../shared_broker.ts";

const square = defineRoute({
  method: "POST",
  path: "/square/:number",
  params: z.object({ number: z.number() }),
  body: z.object({ name: z.string() }),
  answer: z.object({ square: z.number(), name: z.string() }),
});

/** Bus that all processes of a test share. */
function bus({ url, exchange }: TestBroker): Record<string, unknown> {
  return {
    "message-bus": { external: { class: "rabbit-mq", url, exchange } },
    "message-router": { route: [{ pattern: "#", bus: "external" }] },
    log: { level: "error" },
  };
}

async function math(broker: TestBroker): Promise<Process> {
  const process = await Process.create({ config: bus(broker), env: {} });
  handleRoute(process.context, square, ({ params, body }) => ({
    square: params.number ** 2,
    name: body.name,
  }));
  await process.start();
  return process;
}

brokerTest(
  "a server's OpenAPI document has the routes of other processes, which check their requests",
  async (broker) => {
    let url = "";
    const server = createRestServer({ onListen: (at) => url = at.url });
    const section = { port: 0, openapi: {} };
    await using gateway = await Process.create({
      config: [bus(broker), { module: { "rest-server": section } }],
      modules: [server],
      env: {},
    });
    await gateway.start();
    const described = async () => {
      const answer = await fetch(`${url}/openapi.json`);
      const { paths } = await answer.json();
      return paths["/square/{number}"]?.post;
    };
    const until = async (wanted: boolean) => {
      while (await described() !== undefined !== wanted) {
        // The routes arrive over the broker, and the server has no event for
        // clients that wait for them.
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const ask = async (number: string) => {
      const answer = await fetch(`${url}/square/${number}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"name":"Ada"}',
      });
      return { status: answer.status, value: await answer.json() };
    };
    assert.equal(await described(), undefined);
    {
      await using _math = await math(broker); // it comes later than the server
      await until(true);
      assert.deepEqual((await described()).parameters, [{
        name: "number",
        in: "path",
        required: true,
        schema: { type: "number" },
      }]);
      assert.deepEqual(await ask("7"), {
        status: 200,
        value: { square: 49, name: "Ada" },
      });
      const { status, value } = await ask("seven");
      assert.equal(status, 400);
      assert.deepEqual(value.errors, [{
        in: "path",
        parameter: "number",
        message: "Invalid input: expected number, received string",
      }]);
    }
    await until(false); // and ends with its process
  },
);
