/**
 * For `monitor_kill_test.ts`: writes a large monitor file, `Deno.args[0]`, as
 * often as it can.
 */
import { Process } from "@caryatid/process";
import { defineModule } from "@caryatid/sdk";

const busy = defineModule({
  name: "busy",
  init(context) {
    context.run(async () => {
      for (let n = 0; n < 900; n++) {
        await context.publish(`topic.${n}.${"x".repeat(200)}`, n);
      }
      context.log.info("busy");
    });
  },
});

await Process.main({
  config: {
    module: { busy: {} },
    monitor: { output: Deno.args[0], frequency_secs: 0.001 },
  },
  modules: [busy],
});
