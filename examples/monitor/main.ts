import { Process } from "@caryatid/process";
import config from "./monitor.toml" with { type: "text" };
import publisher from "./publisher.ts";
import { tellWhoWaits } from "./tell.ts";
import worker from "./worker.ts";

const modules = [publisher, worker];
const process = await Process.create({ config, modules });
// The program has a context of its own, as each module has; what it runs begins with theirs.
const { context, monitor } = process;
context.run(async () => {
  for (;;) {
    await context.clock.sleep(1_000);
    tellWhoWaits(context.log, monitor.snapshot());
  }
});
await process.run();
