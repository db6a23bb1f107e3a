/**
 * Tests of routes: requests as a server sends them, without a server.
 *
 * @example
 * ```ts
 * import { handleRoute, reply } from "@caryatid/modules/rest-server";
 * import { testRoutes } from "@caryatid/modules/rest-server/testing";
 * import { defineModule } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * const orders = defineModule({
 *   name: "orders",
 *   init(context) {
 *     handleRoute(context, "POST /orders", async ({ body }) => {
 *       await context.publish("order.placed", body);
 *       return reply(body, { status: 201 });
 *     });
 *   },
 * });
 *
 * await using test = await testRoutes(orders);
 * const order = { item: "tea" };
 * const response = await test.route("POST /orders", { body: order });
 * assert.equal(response.status, 201);
 * assert.deepEqual(await response.json(), order);
 * assert.deepEqual(test.published("order.placed"), [order]);
 * ```
 *
 * @module
 */
export {
  type RouteTestOptions,
  type TestedRoutes,
  testRoutes,
  type TestRoutesOptions,
} from "./test_routes.ts";
