import { defineModule } from "@caryatid/sdk";

const kept: Uint8Array[] = [];

/** Takes memory inside or outside of the limit of V8. */
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
