import { defineModule } from "@caryatid/sdk";

const kept: Uint8Array[] = [];

/** Takes memory that V8's limit doesn't count, or that it does. */
export default defineModule({
  name: "greedy",
  init(context) {
    context.handle("eat", ({ message }) => {
      for (let i = 0; i < (message as number); i++) {
        kept.push(new Uint8Array(2 ** 20).fill(1));
      }
      return kept.length;
    });
    context.run(() => context.publish("lives", 1));
    context.handle("heap", () => {
      const all: object[] = [];
      for (;;) all.push({ all });
    });
  },
});
