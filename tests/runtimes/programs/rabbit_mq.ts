/**
 * Publishes, receives, requests and answers over a broker. The arguments are
 * the URL of the broker and an exchange.
 */
import { Process } from "@caryatid/process";
import rabbitMq from "@caryatid/process/rabbit-mq";
import { defineModule } from "@caryatid/sdk";
import process from "node:process";

const [url, exchange] = process.argv.slice(2);

const pair = defineModule({
  name: "pair",
  init(context) {
    const received = context.subscribe("runtimes.said");
    context.handle("runtimes.ask", ({ message }) => ({ answer: message }));
    context.run(async () => {
      await context.publish("runtimes.said", { bytes: new Uint8Array([1, 2]) });
      for await (const { message } of received) {
        context.log.info("received {message}", { message });
        const answer = await context.request("runtimes.ask", 2 ** 40);
        context.log.info("asked: {answer}", { answer });
      }
    });
  },
});

await Process.main({
  config: {
    module: { pair: {} },
    "message-bus": { broker: { class: "rabbit-mq", url, exchange } },
    "message-router": { route: [{ pattern: "#", bus: "broker" }] },
  },
  modules: [pair],
  buses: [rabbitMq],
});
