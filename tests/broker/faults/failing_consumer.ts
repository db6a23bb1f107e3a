import { defineModule } from "@caryatid/sdk";

/**
 * Consumes `work.#` in a group, and fails at every attempt at a message of
 * `work.bad`, as often as `attempts` of its section says.
 */
export default defineModule({
  name: "failing-consumer",
  config: { attempts: 1 },
  topics: { subscribe: ["work.#"], groups: ["workers"] },
  init(context, { attempts }) {
    context.consume("work.#", ({ topic, message }) => {
      if (topic !== "work.bad") return;
      throw new RangeError(`no luck with ${message}`);
    }, { group: "workers", ...attempts > 1 && { retry: { attempts } } });
  },
});
