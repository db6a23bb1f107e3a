import assert from "node:assert/strict";
import { CaryatidError, defineModule, defineTopic } from "@caryatid/sdk";
import { testModule } from "@caryatid/sdk/testing";
import { z } from "zod";
import { defineRoute } from "./define_route.ts";
import { handleRoute } from "./handle_route.ts";

const stock = defineTopic("stock.take", z.object({ item: z.string() }), {
  answer: z.object({ left: z.number() }),
  errors: { OUT_OF_STOCK: 409 },
});

interface Answer {
  readonly code: number;
  readonly body: string;
  readonly content_type: string;
}

/** Runs a shop with one route, and returns its answer to an order. */
async function order(
  register: Parameters<typeof defineModule>[0]["init"],
  item = "tea",
): Promise<Answer> {
  const shop = defineModule({
    name: "shop",
    init(context, config) {
      context.handle(stock, ({ message }) => {
        if (message.item === "broken") throw new Error("secret");
        throw stock.error("OUT_OF_STOCK", `no ${message.item}`, {
          details: { left: 0 },
        });
      });
      return register(context, config, { previous: undefined });
    },
  });
  await using module = await testModule(shop);
  return await module.bus.ask(`rest.post.orders.${item}`, {
    method: "POST",
    path: `/orders/${item}`,
    path_elements: ["orders", item],
    body: "",
    query_parameters: {},
  }) as Answer;
}

const PROBLEM = {
  code: "OUT_OF_STOCK",
  details: { left: 0 },
  type: "about:blank",
  title: "Conflict",
  status: 409,
  detail: "no tea",
};

Deno.test("a route answers a declared error of another module with problem details", async () => {
  const answer = await order((context) => {
    handleRoute(
      context,
      "POST /orders/:item",
      ({ params }) => context.request(stock, { item: params.item }),
      { errors: stock.errors },
    );
  });
  assert.equal(answer.code, 409);
  assert.equal(answer.content_type, "application/problem+json");
  assert.deepEqual(JSON.parse(answer.body), PROBLEM);
});

Deno.test("a defined route declares its errors, and its description lists them", async () => {
  const route = defineRoute({
    method: "POST",
    path: "/orders/:item",
    errors: { ...stock.errors, SHOP_CLOSED: 409 },
  });
  assert.equal(
    route.operation.responses["409"]?.description,
    "OUT_OF_STOCK, SHOP_CLOSED",
  );
  const answer = await order((context) => {
    handleRoute(context, route, ({ params }) =>
      context.request(stock, {
        item: params.item,
      }));
  });
  assert.deepEqual(JSON.parse(answer.body), PROBLEM);
});

Deno.test("an error that a route does not declare stays a failure of its handler", async () => {
  for (
    const [item, errors] of [["tea", {}], ["broken", stock.errors]] as const
  ) {
    const answer = order((context) => {
      handleRoute(
        context,
        "POST /orders/:item",
        ({ params }) => context.request(stock, { item: params.item }),
        { errors },
      );
    }, item);
    const code = item === "tea" ? "OUT_OF_STOCK" : "HANDLER_FAILED";
    await assert.rejects(answer, { code });
  }
});

Deno.test("a route with a status outside 400 to 599 is INVALID_OPTION", () => {
  for (const status of [200, 399, 600, 4.5, NaN]) {
    assert.throws(
      () => defineRoute({ method: "GET", path: "/", errors: { A: status } }),
      (error) =>
        error instanceof CaryatidError && error.code === "INVALID_OPTION",
    );
  }
});
