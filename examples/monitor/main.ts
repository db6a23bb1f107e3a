import { Process } from "@caryatid/process";
import { logWaits } from "./log_waits.ts";
import config from "./monitor.toml" with { type: "text" };
import publisher from "./publisher.ts";
import worker from "./worker.ts";

const modules = [publisher, worker];
const process = await Process.create({ config, modules });
// The program has its own context, as each module has. Its tasks start with
// those of the modules.
const { context, monitor } = process;
context.run(async () => {
  for (;;) {
    await context.clock.sleep(1_000);
    logWaits(context.log, monitor.snapshot());
  }
});
await process.run();
