import { defineModule } from "@caryatid/sdk";

/** Leaves a rejection unhandled. */
export default defineModule({
  name: "rejects",
  init(context) {
    context.handle("reject", () => {
      Promise.reject(new Error("unhandled"));
      return null;
    });
  },
});
