/**
 * A process with a custom module and standard modules, which are loaded by
 * class. The argument selects how it ends.
 */
import { handleRoute } from "@caryatid/modules/rest-server";
import { Process } from "@caryatid/process";
import { CaryatidError, defineModule } from "@caryatid/sdk";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const how = process.argv[2];
const uncaught = () => {
  throw new Error("uncaught");
};

const greeter = defineModule({
  name: "greeter",
  config: z.object({ greeting: z.string() }),
  init(context, { greeting }) {
    const received = context.subscribe("greet.*");
    handleRoute(context, "GET /hello/:name", ({ params: { name } }) => ({
      greeting,
      name,
    }));
    handleRoute(context, "POST /echo", ({ body }) => ({ body }));
    context.handle("ask", ({ message }) => ({ answer: message }));
    context.run(async () => {
      for await (const { topic, message } of received) {
        context.log.info("received {topic}: {message}", { topic, message });
      }
      if (how === "never") await new Promise(() => {});
      if (how === "late") await new Promise((end) => setTimeout(end, 60_000));
    });
    context.run(async () => {
      await context.publish("greet.world", { hello: "world" });
      const answer = await context.request("ask", 42);
      context.log.info("asked: {answer}", { answer });
      const error = await context.request("unhandled", null)
        .catch((error: CaryatidError) => error);
      context.log.info("refused: {code}", {
        code: error instanceof CaryatidError && error.code,
      });
      if (how === "throw") setTimeout(uncaught);
      if (how === "reject") Promise.resolve().then(uncaught);
    });
  },
});

/** Configurations of a module that only Deno can run. */
const forDeno: Record<string, Record<string, unknown>> = {
  remote: { import: "jsr:@scope/name" },
  pinned: { import: "./shout.js", integrity: `sha256-${"A".repeat(43)}=` },
  isolated: { import: "./shout.js", isolation: "worker" },
};
const here = (name: string) => new URL(name, import.meta.url);
await Process.main({
  config: [
    here(how === "without a file" ? "none.toml" : "in_memory.toml"),
    {
      monitor: { output: fileURLToPath(here("monitor.json")) },
      ...how === "late" ? { lifecycle: { "stop-deadline": 0.5 } } : {},
      module: {
        ...(how && how in forDeno ? { [how]: forDeno[how] } : {}),
        "rest-server": { static: { folder: fileURLToPath(here(".")) } },
      },
    },
  ],
  modules: [greeter],
  base: import.meta.url,
});
