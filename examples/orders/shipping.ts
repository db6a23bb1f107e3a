import { defineModule } from "@caryatid/sdk";
import { placed, shipped } from "./messages.ts";

/**
 * Sends a parcel for each order. Several processes may run it: as members of
 * one group they share the orders.
 */
export default defineModule({
  name: "shipping",
  description: "Sends parcels",
  topics: {
    subscribe: [placed.name],
    groups: ["shipping"],
    publish: [shipped.name],
  },
  init(context) {
    const parcels = new Map<string, number>();

    context.consume(placed, async ({ message: { id, customer } }) => {
      // A broker may deliver a message twice: an order is shipped once.
      const known = parcels.get(id);
      if (known !== undefined) {
        context.log.info("order {id} is already in parcel {parcel}", {
          id,
          parcel: known,
        });
        return;
      }
      const parcel = parcels.size + 1;
      parcels.set(id, parcel);
      await context.publish(shipped, { id, customer, parcel });
    }, { group: "shipping" });
  },
});
