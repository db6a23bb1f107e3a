/**
 * One of two processes that answer an HTTP request together: `front` has the
 * server, `back` the prices. Arguments: its name, URL and exchange of a broker.
 *
 * @module
 */
import { createRestServer, handleRoute } from "@caryatid/modules/rest-server";
import { Process } from "@caryatid/process";
import rabbitMq from "@caryatid/process/rabbit-mq";
import { defineModule } from "@caryatid/sdk";

const [name, url, exchange] = Deno.args;

const web = defineModule({
  name: "web",
  init(context) {
    handleRoute(context, "GET /hello", async () => {
      await context.publish("seen", { who: "Ada" });
      return { price: await context.request("price", { item: "tea" }) };
    });
  },
});

const prices = defineModule({
  name: "prices",
  init(context) {
    context.handle("price", async ({ message }) => {
      const count = await context.request("stock.count", message);
      return 2 * (count as number);
    });
  },
});

const audit = defineModule({
  name: "audit",
  init(context) {
    context.run(() => Promise.resolve(context.log.info("has begun")));
    for (const topic of ["seen", "stock.asked"]) {
      const deliveries = context.subscribe(topic);
      context.run(async () => {
        for await (const { topic } of deliveries) {
          context.log.info("saw {topic}", { topic });
        }
      });
    }
  },
});

const modules = {
  front: { "rest-server": { port: 0 }, web: {} },
  back: {
    prices: {},
    audit: {},
    stock: {
      import: new URL("./stock.ts", import.meta.url).href,
      isolation: "worker",
      permissions: { handle: ["stock.count"], publish: ["stock.asked"] },
    },
  },
};

await Process.main({
  config: {
    module: modules[name as keyof typeof modules],
    "message-bus": {
      memory: { class: "in-memory" },
      broker: { class: "rabbit-mq", url, exchange },
    },
    "message-router": {
      route: [
        { pattern: "price", bus: "broker" },
        { pattern: "seen", bus: "broker" },
        { pattern: "#", bus: "memory" },
      ],
    },
    tracing: { sample: 1 },
    log: { format: "json" },
  },
  modules: [createRestServer(), web, prices, audit],
  buses: [rabbitMq],
});
