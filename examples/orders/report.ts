import { defineModule } from "@caryatid/sdk";
import { placed, report, reportDue, shipped } from "./messages.ts";

/** Reports how many orders were placed and shipped, at each tick of a clock. */
export default defineModule({
  name: "report",
  description: "Reports the numbers of orders",
  topics: {
    subscribe: [placed.name, shipped.name, reportDue.name],
    publish: [report.name],
  },
  init(context) {
    const count = { placed: 0, shipped: 0 };
    context.consume(placed, () => void count.placed++);
    context.consume(shipped, () => void count.shipped++);
    context.consume(reportDue, async () => {
      context.log.info("{placed} placed, {shipped} shipped", count);
      await context.publish(report, { ...count });
    });
  },
});
