import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

/** Holds a connection for as long as it is there. */
export default defineModule({
  name: "connects",
  config: z.object({ port: z.int() }),
  async init(_context, { port }) {
    await Deno.connect({ hostname: "127.0.0.1", port });
  },
});
