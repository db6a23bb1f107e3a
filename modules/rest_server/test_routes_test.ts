import { encode } from "@caryatid/process/codec";
import { defineModule } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { z } from "zod";
import { defineRoute, handleRoute, problem } from "./mod.ts";
import { testRoutes } from "./testing.ts";

const placeOrder = defineRoute({
  method: "POST",
  path: "/orders",
  summary: "Places an order",
  body: z.object({ item: z.string() }),
  answer: z.object({ id: z.number() }),
});

const orders = defineModule({
  name: "orders",
  init(context) {
    handleRoute(context, placeOrder, async ({ body }) => {
      await context.publish("order.placed", body);
      return { id: 7 };
    });
    handleRoute(context, "GET /orders/:id", ({ params, query }) => {
      if (params.id === "0") throw problem(404, "there is no order 0");
      if (params.id === "1") throw new Error("secret");
      return { ...params, ...query };
    });
    handleRoute(context, "PUT /echo", ({ body, headers }) => ({
      body,
      type: headers["content-type"],
    }));
  },
});

Deno.test("route requests a route and resolves with its response", async (t) => {
  await using test = await testRoutes(orders);

  await t.step("with a body as JSON, checked by the schema", async () => {
    const body = { item: "tea" };
    const response = await test.route("POST /orders", { body });
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { id: 7 });
    assert.deepEqual(test.published("order.placed"), [body]);
    const wrong = await test.route("POST /orders", { body: { item: 1 } });
    assert.equal(wrong.status, 400);
    assert.match(await wrong.text(), /"errors"/);
  });

  await t.step("with parameters of the path and the query", async () => {
    const response = await test.route("GET /orders/a%20b?full=yes");
    assert.deepEqual(await response.json(), { id: "a b", full: "yes" });
  });

  await t.step("as CBOR if the client accepts that", async () => {
    const headers = { Accept: "application/cbor" };
    const response = await test.route("GET /orders/7", { headers });
    assert.equal(response.headers.get("content-type"), "application/cbor");
    assert.deepEqual(await response.bytes(), encode({ id: "7" }));
  });

  await t.step("with text, bytes or a form", async () => {
    const echo = async (body: unknown) =>
      await (await test.route("PUT /echo", { body })).json();
    assert.deepEqual(await echo("hi"), { body: "hi", type: "text/plain" });
    assert.deepEqual(await echo(new URLSearchParams({ a: "1" })), {
      body: { a: "1" },
      type: "application/x-www-form-urlencoded",
    });
    const bytes = await echo(Uint8Array.of(1, 255));
    assert.equal(bytes.type, "application/octet-stream");
  });

  await t.step("with problems of the route and of a missing path", async () => {
    const known = await test.route("GET /orders/0");
    assert.equal(known.status, 404);
    assert.equal((await known.json()).detail, "there is no order 0");
    assert.equal((await test.route("GET /nothing")).status, 404);
    assert.equal((await test.route("GET /orders/%2e%2e")).status, 400);
  });

  await t.step(
    "with 500 for any other error, and logs its reason",
    async () => {
      const response = await test.route("GET /orders/1");
      assert.equal(response.status, 500);
      assert.doesNotMatch(await response.text(), /secret/);
      assert.match(String(test.logs.at(-1)?.properties?.reason), /secret/);
    },
  );
});

Deno.test("route rejects a text without method and path", async () => {
  await using test = await testRoutes(orders);
  await assert.rejects(test.route("/orders"), { code: "INVALID_OPTION" });
});
