import { defineModule } from "@caryatid/sdk";
import { z } from "zod";

/**
 * Rejects keys that its schema does not know. Answers with its section, and
 * with the configuration of the process.
 */
export default defineModule({
  name: "strict",
  config: z.strictObject({
    word: z.string(),
    startup: z.strictObject({ topic: z.string() }),
  }),
  init(context, config) {
    context.handle("strict.config", () => config);
    context.handle("strict.process", () => ({
      tables: context.processConfig,
      isFrozen: Object.isFrozen(context.processConfig["global"]),
    }));
  },
});
