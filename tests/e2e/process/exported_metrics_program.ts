/**
 * Process whose metrics OpenTelemetry receives. It stops at SIGTERM.
 *
 * @module
 */
import { Process } from "@caryatid/process";
import { defineModule } from "@caryatid/sdk";

const echo = defineModule({
  name: "echo",
  init(context) {
    context.handle("ask", ({ message }) => message);
    context.run(async () => {
      for (let n = 0; n < 3; n++) await context.publish("counted", n);
      await context.request("ask", 1);
      context.log.info("has begun");
    });
  },
});

await Process.main({
  config: { module: { echo: {} }, monitor: { opentelemetry: true } },
  modules: [echo],
});
