/**
 * Programs for `stop_deadline_test.ts`. The timer of each keeps the program
 * alive for longer than the test waits. Run as `stop_deadline_program.ts
 * <name>`.
 */
import { Process } from "@caryatid/process";
import { type Context, defineModule } from "@caryatid/sdk";

/** Longer than a test waits, in milliseconds. */
const LONG = 60_000;
/** Longer than the stop deadline, in milliseconds. */
const BLOCKED = 1_000;
/** Time after which an embedding program ends, in milliseconds. */
const REST = 500;

const long = () => new Promise<void>((resolve) => setTimeout(resolve, LONG));

const inits: Record<string, (context: Context) => void | Promise<void>> = {
  "has a slow handler": (context) => {
    context.consume("work", async () => {
      context.log.info("begun");
      await long();
    });
    context.run(() => context.publish("work", null));
  },
  "has a slow handler and fails": (context) => {
    context.consume("work", async () => {
      context.log.info("begun");
      await long();
    });
    context.run(async () => {
      await context.publish("work", null);
      throw new Error("the loop broke");
    });
  },
  "has a slow init": async (context) => {
    context.log.info("begun");
    await long();
  },
  "has a slow clean-up": (context) => {
    context.defer(long);
    context.run(() => Promise.resolve(context.log.info("begun")));
  },
  "blocks the event loop": (context) => {
    context.signal.addEventListener("abort", () => {
      const end = performance.now() + BLOCKED;
      while (performance.now() < end);
    });
    context.run(async () => {
      context.log.info("begun");
      await long();
    });
  },
};

const [name = "", embedded] = Deno.args;
const options = {
  config: "[lifecycle]\nstop-deadline = 0.5\n[module.program]\n",
  modules: [defineModule({ name: "program", init: inits[name]! })],
};
if (embedded === undefined) {
  await Process.main(options);
} else {
  const process = await Process.create(options);
  await process.run();
  setTimeout(() => {
    // deno-lint-ignore no-console -- the test reads it
    console.log("the program continues");
    Deno.exit();
  }, REST);
}
