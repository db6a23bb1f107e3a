import { defineModule } from "@caryatid/sdk";

/** A module that must keep running whatever the attacker does. */
export default defineModule({
  name: "neighbour",
  init(context) {
    context.handle("secret.ask", () => "alive");
  },
});
