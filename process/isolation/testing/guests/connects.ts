import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

/** Keeps a connection open. */
export default defineModule({
  name: "connects",
  config: z.object({ port: z.int() }),
  async init(_context, { port }) {
    await Deno.connect({ hostname: "127.0.0.1", port });
  },
});
