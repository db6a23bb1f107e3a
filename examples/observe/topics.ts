import { defineTopic } from "@caryatid/sdk";
import { z } from "zod";

/** An order that was accepted, on `order.placed.<item>`. */
export const orderPlaced = defineTopic(
  "order.placed.*",
  z.object({
    item: z.enum(["tea", "coffee", "cocoa", "mate"]),
    count: z.int().min(1).describe("Number of items"),
    total: z.number().describe("Price of all items"),
  }),
);
