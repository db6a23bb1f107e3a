import { defineModule } from "@caryatid/sdk";

/** Leaves a rejection to nobody. */
export default defineModule({
  name: "rejects",
  init(context) {
    context.handle("reject", () => {
      Promise.reject(new Error("to nobody"));
      return null;
    });
  },
});
