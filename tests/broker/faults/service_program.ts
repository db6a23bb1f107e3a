/**
 * A service with a group member and a request handler, over RabbitMQ, as an
 * operator runs and restarts it. Run as `service_program.ts <json>`.
 *
 * Prints `ready`, and with `report` the count of every so many messages; else
 * `took <message>` at the start of a message, `done <message>` after `work`
 * milliseconds, and `answered <message>` for each request.
 */
import { Process } from "@caryatid/process";
import rabbitMq from "@caryatid/process/rabbit-mq";
import { defineModule } from "@caryatid/sdk";

const { work = 0, group = "workers", report, ...settings } = JSON.parse(
  Deno.args[0]!,
);
const print = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

const service = defineModule({
  name: "service",
  init(context) {
    const orders = context.subscribe("orders.#", { group });
    context.handle("price", async ({ message }) => {
      await pause(work);
      print(`answered ${message}`);
      return message;
    });
    context.run(async () => {
      print("ready");
      let count = 0;
      for await (const { message } of orders) {
        if (!report) print(`took ${message}`);
        await pause(work);
        count++;
        if (!report) print(`done ${message}`);
        else if (count % report === 0) print(`count ${count}`);
      }
    });
  },
});

await Process.main({
  config: {
    log: { level: "warn" },
    module: { service: {} },
    "message-bus": { external: { class: "rabbit-mq", ...settings } },
    "message-router": { route: [{ pattern: "#", bus: "external" }] },
  },
  modules: [service],
  buses: [rabbitMq],
});
