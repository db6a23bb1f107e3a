import {
  defineRoute,
  handleRoute,
  routeTopics,
} from "@caryatid/modules/rest-server";
import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

const placeOrder = defineRoute({
  method: "POST",
  path: "/orders",
  summary: "Places an order",
  body: z.object({ item: z.string(), count: z.int().min(1) }),
  answer: z.object({ total: z.number() }),
});

const routes = routeTopics([placeOrder]);

/** Takes an order: requests the price, has it booked, and publishes it. */
export default defineModule({
  name: "orders",
  description: "Takes orders over HTTP",
  topics: {
    ...routes,
    publish: [...routes.publish, "order.placed.*", "order.canceled.*"],
    request: ["price.of.*", "ledger.book"],
  },
  init(context) {
    handleRoute(context, placeOrder, async ({ body: { item, count } }) => {
      const price = await context.request(`price.of.${item}`, { count });
      const total = Number(price) * count;
      await context.request("ledger.book", { item, count, total });
      await context.publish(`order.placed.${item}`, { item, count, total });
      return { total };
    });
  },
});
