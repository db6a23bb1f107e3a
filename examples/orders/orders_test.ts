import { testRoutes } from "@caryatid/modules/rest-server/testing";
import { MockBus } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { placed, reserve } from "./messages.ts";
import orders from "./orders.ts";

const WISH = { item: "tea", count: 2, customer: "Ada" };

/** Returns a bus whose stock has three of every item. */
function busWithStock(): MockBus {
  const bus = new MockBus();
  bus.handle(reserve.name, ({ message }) => {
    const { count } = message as { count: number };
    if (count <= 3) return { left: 3 - count };
    throw reserve.error("OUT_OF_STOCK", "Not enough.", {
      details: { left: 3 },
    });
  });
  return bus;
}

Deno.test("an order is reserved, published and shown until it is shipped", async () => {
  await using test = await testRoutes(orders, {}, { bus: busWithStock() });
  const response = await test.route("POST /orders", { body: WISH });
  assert.equal(response.status, 201);
  const order = await response.json();
  assert.deepEqual(test.published(placed), [order]);

  await test.bus.inject("order.shipped", {
    id: order.id,
    customer: "Ada",
    parcel: 1,
  });
  await test.settle();
  const shown = await test.route(`GET /orders/${order.id}`);
  assert.deepEqual(await shown.json(), { ...order, state: "shipped" });
});

Deno.test("an order of too many items is answered with 409 and what is left", async () => {
  await using test = await testRoutes(orders, {}, { bus: busWithStock() });
  const body = { ...WISH, count: 4 };
  const response = await test.route("POST /orders", { body });
  assert.equal(response.status, 409);
  const { code, details } = await response.json();
  assert.deepEqual({ code, details }, {
    code: "OUT_OF_STOCK",
    details: { left: 3 },
  });
  assert.deepEqual(test.published(placed), []);
});

Deno.test("an order without a count, and an unknown order, are refused", async () => {
  await using test = await testRoutes(orders, {}, { bus: busWithStock() });
  const { count: _, ...body } = WISH;
  const refused = await test.route("POST /orders", { body });
  assert.equal(refused.status, 400);
  assert.equal((await test.route("GET /orders/none")).status, 404);
});
