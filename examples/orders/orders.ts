import {
  defineRoute,
  handleRoute,
  problem,
  routeTopics,
} from "@caryatid/modules/rest-server";
import { defineModule } from "@caryatid/sdk";
import { z } from "zod";
import { Order, placed, reserve, shipped, Wish } from "./messages.ts";

const place = defineRoute({
  method: "POST",
  path: "/orders",
  summary: "Places an order",
  body: Wish,
  answer: Order,
  responses: { 201: "the order" },
  errors: reserve.errors,
});

const show = defineRoute({
  method: "GET",
  path: "/orders/:id",
  summary: "Shows an order",
  params: z.object({ id: z.string() }),
  answer: Order,
  responses: { 404: "no such order" },
});

const routes = routeTopics([place, show]);

/** Takes orders over HTTP and knows the state of each. */
export default defineModule({
  name: "orders",
  description: "Takes orders over HTTP",
  topics: {
    ...routes,
    request: [reserve.name],
    publish: [...routes.publish, placed.name],
    subscribe: [...routes.subscribe, shipped.name],
  },
  init(context) {
    const orders = new Map<string, Order>();

    handleRoute(context, place, async ({ body }) => {
      await context.request(reserve, { item: body.item, count: body.count });
      const order: Order = {
        ...body,
        id: crypto.randomUUID(),
        state: "placed",
      };
      orders.set(order.id, order);
      await context.publish(placed, order);
      return order;
    });

    handleRoute(context, show, ({ params: { id } }) => {
      const order = orders.get(id);
      if (order === undefined) throw problem(404, `No order "${id}".`);
      return order;
    });

    context.consume(shipped, ({ message: { id } }) => {
      const order = orders.get(id);
      if (order) orders.set(id, { ...order, state: "shipped" });
    });
  },
});
