import { CaryatidError, defineModule } from "@caryatid/sdk";
import { z } from "zod";

/** Publishes as requested, and answers with the outcome. */
export default defineModule({
  name: "busy",
  config: z.object({ size: z.number().positive().optional() }),
  init(context) {
    context.handle("publish", async ({ message }) => {
      for (let i = 0; i < (message as number); i++) {
        await context.publish("out", i);
      }
      return null;
    });
    context.handle("unsendable", async () => {
      const codes: string[] = [];
      let deep: unknown = 1;
      for (let i = 0; i < 100_000; i++) deep = [deep];
      const { port1, port2 } = new MessageChannel();
      const all = [() => {}, port1, deep, undefined, new Uint8Array(2 ** 21)];
      for (const message of all) {
        await context.publish("out", message).catch((error) => {
          codes.push(error instanceof CaryatidError ? error.code : `${error}`);
        });
      }
      port1.close();
      port2.close();
      return codes;
    });
    context.handle("log", ({ message }) => {
      context.log.info("said {what}", { what: message });
      // deno-lint-ignore no-console -- a guest's goes to its host's log
      console.log("and", message);
      return null;
    });
    context.defer(() => context.log.info("cleaned up"));
  },
});
