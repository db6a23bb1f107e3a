import { defineModule } from "@caryatid/sdk";
import { orderPlaced } from "./topics.ts";

/** Thanks each customer. Every 150th letter makes it fail. */
export default defineModule({
  name: "mailer",
  description: "Sends letters of thanks",
  topics: { subscribe: ["order.placed.*"], publish: ["mail.sent"] },
  init(context) {
    const placed = context.subscribe(orderPlaced, {
      queueSize: 1_000,
      overflow: "drop-oldest",
    });
    let sent = 0;
    context.run(async () => {
      for await (const { message } of placed) {
        await context.clock.sleep(120);
        if (++sent % 150 === 0) throw new Error("the mail server hung up");
        await context.publish("mail.sent", message);
      }
    });
  },
});
