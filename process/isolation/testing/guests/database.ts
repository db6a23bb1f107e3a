import { defineModule } from "@caryatid/sdk";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";

/** Uses a database in its folder. */
export default defineModule({
  name: "database",
  config: z.object({ path: z.string() }),
  init(context, { path }) {
    const database = new DatabaseSync(path);
    context.defer(() => database.close());
    context.handle("run", ({ message }) => {
      database.exec(message as string);
      return null;
    });
    context.handle("get", ({ message }) => {
      const row = database.prepare(message as string).get();
      return row === undefined ? null : { ...row };
    });
    context.handle("reopen", () => {
      database.close();
      database.open();
      return null;
    });
  },
});
