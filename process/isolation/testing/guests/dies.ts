import { defineModule } from "@caryatid/sdk";
import { exit } from "node:process";

/** Receives numbers; exits at 3, throws at 30, loops for ever at 300. */
export default defineModule({
  name: "dies",
  init(context) {
    const numbers = context.subscribe("numbers");
    const work = context.subscribe("work", { group: "workers" });
    context.handle("slow", () => new Promise(() => {}));
    context.run(async () => {
      await context.publish("lives", 1);
      for await (const { message } of numbers) {
        if (message === 3) exit(0);
        if (message === 30) throw new Error("thirty is too much");
        if (message === 300) { for (;;); }
        await context.publish("received", message);
      }
    });
    context.run(async () => {
      for await (const { message } of work) {
        await context.publish("worked", message);
        if (message === "stuck") await new Promise(() => {});
      }
    });
  },
});
