import type { RestRequest, RestResponse } from "@caryatid/modules/rest-server";
import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

/** Answers the requests that a REST server makes of `GET /hello`. */
export default defineModule({
  name: "rest-hello-world",
  description: "Says hello over HTTP",
  config: z.object({ topic: z.string().default("rest.get.hello") }),
  topics: ({ topic }) => ({ handle: [topic] }),
  init(context, config) {
    context.handle(config.topic, ({ message }): RestResponse => {
      const { method, path } = message as RestRequest;
      context.log.info(`REST hello world received ${method} ${path}`);
      return { code: 200, body: "Hello, world!", content_type: "text/plain" };
    });
  },
});
