/**
 * A program with a module that listens and answers, over RabbitMQ. Run as
 * `rabbit_program.ts <toml>`.
 */
import { Process } from "@caryatid/process";
import rabbitMq from "@caryatid/process/rabbit-mq";
import { defineModule } from "@caryatid/sdk";

const listener = defineModule({
  name: "listener",
  init(context) {
    const received = context.subscribe("received.#");
    context.handle("asked.*", ({ message }) => message);
    context.run(async () => {
      context.log.info("begun");
      for await (const { topic } of received) {
        context.log.info("received {topic}", { topic });
      }
    });
  },
});

await Process.main({
  config: ["[log]\n[module.listener]\n", Deno.args[0] ?? ""],
  modules: [listener],
  buses: [rabbitMq],
});
