import { defineModule } from "@caryatid/sdk";
import { z } from "zod";
import type { Ground } from "./attempt.ts";
import { ATTEMPTS } from "./attempts/all.ts";

/** Outcome of an attempt as the guest sees it. */
export type Outcome =
  | readonly ["refused", why: string]
  | readonly ["nothing"]
  | readonly ["got", what: string];

/** Makes the attempt whose name it receives. */
export default defineModule({
  name: "attacker",
  config: z.object({ ground: z.custom<Ground>() }),
  init(context, { ground }) {
    context.handle("attempt", async ({ message }): Promise<Outcome> => {
      const { attempt } = ATTEMPTS.get(message as string)!;
      try {
        const got = await attempt!(ground, context);
        return got === undefined ? ["nothing"] : ["got", `${got}`];
      } catch (error) {
        return ["refused", shown(error)];
      }
    }, { concurrency: 1 });
  },
});

function shown(error: unknown): string {
  try {
    return `${error}`.slice(0, 300);
  } catch {
    return "an error that cannot be shown";
  }
}
