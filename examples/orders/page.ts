import { handleRoute, reply, routeTopics } from "@caryatid/modules/rest-server";
import { defineModule } from "@caryatid/sdk";
import html from "./page.html" with { type: "text" };

/** Serves the page of the shop. */
export default defineModule({
  name: "page",
  description: "Shows the shop",
  topics: routeTopics(["GET /"]),
  init(context) {
    const headers = { "content-type": "text/html; charset=utf-8" };
    handleRoute(context, "GET /", () => reply(html, { headers }));
  },
});
