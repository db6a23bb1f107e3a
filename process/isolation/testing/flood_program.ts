/**
 * A host with a guest that floods it and one that works. Prints how long its
 * event loop and the other guest were delayed, until the flood ended the guest
 * or three seconds have passed.
 */
import { Process } from "@caryatid/process";
import { ALL_TOPICS_AND_FILES } from "./guest_process.ts";

const [way] = Deno.args;
/** Time of a flood that does not end its guest, in milliseconds. */
const TIME = 3_000;
/** Interval of the timer that measures delays, in milliseconds. */
const TICK = 5;

const guest = (name: string, more = {}) => ({
  import: `./guests/${name}.ts`,
  isolation: "process",
  permissions: ALL_TOPICS_AND_FILES,
  limits: { "start-deadline": 60, heartbeat: 10 },
  ...more,
});
const host = await Process.create({
  base: import.meta.url,
  config: {
    log: { level: "error", levels: { hostile: "error" } },
    lifecycle: { "stop-deadline": 2 },
    module: {
      echo: guest("echo"),
      hostile: guest("hostile", { way, "on-failure": "ignore" }),
    },
  },
});
await host.start();
const { context } = host;
await context.request("echo.ask", 1);

const delays: number[] = [];
let last = performance.now();
const timer = setInterval(() => {
  const now = performance.now();
  delays.push(Math.max(0, now - last - TICK));
  last = now;
}, TICK);

const memory = () => Deno.memoryUsage().rss;
const before = memory();
let most = before;
const began = performance.now();
let end: string | undefined;
const attack = context.request("attack", 1, { timeout: 60_000 }).catch(
  ({ code, message, cause }) => end = cause?.message ?? `${code} ${message}`,
);
const latencies: number[] = [];
while (end === undefined && performance.now() - began < TIME) {
  const asked = performance.now();
  await context.request("echo.ask", 1);
  latencies.push(performance.now() - asked);
  most = Math.max(most, memory());
  await new Promise((resolve) => setTimeout(resolve, TICK));
}
clearInterval(timer);
const took = performance.now() - began;
const p99 = (all: number[]) =>
  all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.99)] ?? 0;
// deno-lint-ignore no-console -- the benchmark reads it
console.log(JSON.stringify({
  delay: p99(delays),
  neighbour: p99(latencies),
  grown: most - before,
  end: end ?? "works on",
  took,
}));
await host.stop().catch(() => {}); // the guest that floods does not stop itself
await attack;
Deno.exit();
