import { defineModule } from "@caryatid/sdk";
import { z } from "zod";
import { reserve } from "./messages.ts";

/** Keeps the stock and reserves items. */
export default defineModule({
  name: "inventory",
  description: "Keeps the stock",
  topics: { handle: [reserve.name] },
  config: z.object({ stock: z.record(z.string(), z.int().min(0)) }),
  init(context, { stock }) {
    const left = new Map(Object.entries(stock));

    context.handle(reserve, ({ message: { item, count } }) => {
      const rest = (left.get(item) ?? 0) - count;
      if (rest < 0) {
        throw reserve.error("OUT_OF_STOCK", `Not enough of "${item}".`, {
          details: { item, left: left.get(item) ?? 0 },
        });
      }
      left.set(item, rest);
      return { left: rest };
    });
  },
});
