/**
 * A host with a guest that works and one whose frames are generated. Prints a
 * report, then keeps being flooded until it receives SIGTERM.
 */
import { Process } from "@caryatid/process";
import {
  CaryatidError,
  type Context,
  defineModule,
  type MessageBus,
} from "@caryatid/sdk";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import { ModuleContext } from "@caryatid/sdk/internal/host";
import { Guest } from "../host/guest.ts";
import { Leftovers } from "../wire/server/leftovers.ts";
import { FrameFuzzer } from "./frame_fuzzer.ts";
import { ALL_TOPICS_AND_FILES } from "./guest_process.ts";
import { ScriptedGuest } from "./scripted_guest.ts";

const [seed, frames] = Deno.args.map(Number) as [number, number];
/** Batches of one guest, if its host does not end it earlier. */
const BATCHES = 8;
/** Frames between two requests to the guest that works. */
const CHECK_EVERY = 500;
const EXPECTED = ["none", "PROTOCOL_VIOLATION", "GUEST_ENDED"];

/** Starts a guest, sends generated batches, and returns the code of its end. */
async function life(
  fuzzer: FrameFuzzer,
  context: Context,
): Promise<string> {
  const scripted = new ScriptedGuest();
  const { log } = scripted.options;
  const own = new ModuleContext({
    id: "fuzzed",
    bus: context as unknown as MessageBus,
    log,
  });
  const guest = await Guest.start(scripted.options);
  await guest.load();
  await guest.check({});
  let failure: unknown;
  await guest.init({
    bus: own,
    leftovers: new Leftovers(),
    processConfig: {},
    onFailed: (error) => failure = error,
  });
  fuzzer.restart();
  for (let left = BATCHES; left > 0 && !guest.over; left--) {
    await scripted.write(fuzzer.next());
    if (left % 8 === 0) await yieldToEventLoop();
  }
  const survived = !guest.over;
  await guest.kill();
  await own.close();
  await own.ended();
  if (survived) return "none";
  if (failure instanceof CaryatidError) return failure.code;
  throw failure;
}

const fuzzed = defineModule({
  name: "fuzzed",
  init(context) {
    context.run(async () => {
      const fuzzer = new FrameFuzzer(seed);
      const ends: Record<string, number> = {};
      const { rss } = Deno.memoryUsage();
      let slowest = 0;
      let checked = 0;
      while (!context.signal.aborted) {
        const code = await life(fuzzer, context);
        // The guest chooses the code of a failure that it reports itself.
        const end = EXPECTED.includes(code) ? code : "its own";
        ends[end] = (ends[end] ?? 0) + 1;
        if (fuzzer.frames / CHECK_EVERY > checked && checked >= 0) {
          checked++;
          const began = performance.now();
          const [word] = await context.request("echo.ask", 1) as [string];
          if (word !== "hello") throw new Error(`echo answered ${word}`);
          slowest = Math.max(slowest, performance.now() - began);
        }
        if (fuzzer.frames >= frames && checked >= 0) {
          checked = -1;
          const grown = Deno.memoryUsage().rss - rss;
          // The guest never answers: it floods its host from now on.
          context.request("attack", 1, { timeout: 60_000 }).catch(() => {});
          const report = { frames: fuzzer.frames, ends, slowest, grown };
          // deno-lint-ignore no-console -- the test reads it
          console.log(JSON.stringify(report));
        }
      }
    });
  },
});

const guest = (name: string, more = {}) => ({
  import: `./guests/${name}.ts`,
  isolation: "process",
  permissions: ALL_TOPICS_AND_FILES,
  limits: { "start-deadline": 60, heartbeat: 30 },
  ...more,
});
await Process.main({
  modules: [fuzzed],
  base: import.meta.url,
  config: {
    log: { level: "error" },
    lifecycle: { "stop-deadline": 5 },
    module: {
      echo: guest("echo"),
      hostile: guest("hostile", { way: "closed ids", "on-failure": "ignore" }),
      fuzzed: {},
    },
  },
});
