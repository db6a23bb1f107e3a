/**
 * Publishes 50,000 messages per second for some seconds, and prints how many it
 * would publish per second of processor time.
 *
 * Arguments: `off` has a `[monitor]`, `idle` a dashboard in addition, and
 * `tail` a page that watches all messages.
 *
 * @module
 */
import dashboard from "@caryatid/modules/dashboard";
import { Process } from "@caryatid/process";
import { defineModule } from "@caryatid/sdk";
import process from "node:process";

const RATE = 50_000;
const STEP = 10;
const WARM_UP = 1_000;
const TIME = 4_000;
const PORT = 9811;

const [variant] = Deno.args;
const reader = defineModule({
  name: "reader",
  init(context) {
    const all = context.subscribe("bench.#", { queueSize: 1_000 });
    context.run(async () => {
      for await (const _ of all);
    });
  },
});
await using subject = await Process.create({
  config: {
    module: {
      reader: {},
      ...variant !== "off" && { dashboard: { port: PORT } },
    },
    monitor: { topic: "caryatid.monitor.snapshot", "frequency-secs": 0.5 },
    log: { level: "error" },
  },
  modules: [reader, dashboard],
});
await subject.start();
const page = variant === "tail" ? openPage() : undefined;
await publish(WARM_UP);
const before = process.cpuUsage();
const count = await publish(TIME);
const { user, system } = process.cpuUsage(before);
// deno-lint-ignore no-console -- it is the program's output
console.log(Math.round(count / ((user + system) / 1e6)));
page?.kill();
await page?.status;

/** Publishes at the rate for a time. Returns the number of messages. */
async function publish(time: number): Promise<number> {
  const { context } = subject;
  const began = performance.now();
  let count = 0;
  for (let now = 0; now < time; now = performance.now() - began) {
    const wanted = Math.min(now, time) / 1_000 * RATE;
    for (; count < wanted; count++) {
      await context.publish(`bench.${count % 10}`, {
        count,
        text: "some text",
      });
    }
    await new Promise((resolve) => setTimeout(resolve, STEP));
  }
  return count;
}

/** Reads the stream in another process, whose time does not count. */
function openPage(): Deno.ChildProcess {
  const url = `http://127.0.0.1:${PORT}/events?tail=%23`;
  const code = `for (;;) {
    try { for await (const _ of (await fetch("${url}")).body); }
    catch { /* connects again when the server has started */ }
  }`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    stdout: "null",
    stderr: "null",
  }).spawn();
}
