import {
  defineRoute,
  handleRoute,
  routeTopics,
} from "@caryatid/modules/rest-server";
import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

const Guest = z.object({
  number: z.int().describe("counts the guests, from 1"),
  name: z.string(),
}).meta({ id: "Guest" });

const sign = defineRoute({
  method: "POST",
  path: "/guests",
  summary: "Signs the guestbook",
  body: z.object({ name: z.string().trim().min(1).max(40) }),
  media: ["application/x-www-form-urlencoded", "application/json"],
  answer: Guest,
  responses: { 201: "the new guest" },
});

const list = defineRoute({
  method: "GET",
  path: "/guests",
  summary: "Lists the guests",
  query: z.object({ limit: z.int().min(1).max(100).default(10) }),
  answer: z.array(Guest),
});

const routes = routeTopics([sign, list]);

/** Keeps the guests and publishes each new one. */
export default defineModule({
  name: "guestbook",
  description: "A guestbook over HTTP",
  topics: { ...routes, publish: [...routes.publish, "guestbook.signed"] },
  init(context) {
    const guests: z.infer<typeof Guest>[] = [];
    handleRoute(context, sign, async ({ body: { name } }) => {
      const guest = { number: guests.length + 1, name };
      guests.push(guest);
      await context.publish("guestbook.signed", guest);
      return guest;
    });
    handleRoute(context, list, ({ query }) => guests.slice(-query.limit));
  },
});
