import { handleRoute } from "@caryatid/modules/rest-server";
import { defineModule } from "@caryatid/sdk";

/** Answers `GET /hello/:name` of a REST server in any process. */
export default defineModule({
  name: "greeter",
  description: "Says hello over HTTP",
  init(context) {
    handleRoute(context, "GET /hello/:name", ({ params }) => {
      context.log.info("asked for {name}", { name: params.name });
      return { hello: params.name };
    });
  },
});
