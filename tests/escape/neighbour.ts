import { defineModule } from "@caryatid/sdk";

/** A module that has to go on, whatever the attacker does. */
export default defineModule({
  name: "neighbour",
  init(context) {
    context.handle("secret.ask", () => "alive");
  },
});
