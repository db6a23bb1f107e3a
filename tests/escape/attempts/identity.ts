import type { Context } from "@caryatid/sdk";
import type { Attempt, AttemptGroup } from "../attempt.ts";

/** Attempts to pass as another module, or to take its messages. */
export const identity: AttemptGroup = {
  title: "Forged identity",
  attempts: [
    claims(
      "joins a group without the right to it",
      (context) => context.subscribe("granted.x", { group: "workers" }).ready,
    ),
    claims(
      "handles requests below a topic of another module",
      (context) => context.handle("secret.ask.*", () => "mine").ready,
    ),
    claims(
      "publishes on a topic that ends in a wildcard",
      (context) => context.publish("granted.#", 1),
    ),
    claims(
      "publishes on a topic with an invisible character",
      (context) => context.publish("granted.x\u200b", 1),
    ),
    claims(
      "publishes on a topic of more than 255 bytes",
      (context) => context.publish(`granted.${"x".repeat(256)}`, 1),
    ),
    claims("publishes on a topic object that changes", (context) => {
      let reads = 0;
      const topic = {
        toString: () => reads++ === 0 ? "granted.x" : "secret.x",
      };
      return context.publish(topic as unknown as string, 1);
    }),
    claims("subscribes with a pattern object that changes", (context) => {
      let reads = 0;
      const pattern = { toString: () => reads++ < 2 ? "granted.x" : "#" };
      return context.subscribe(pattern as unknown as string).ready;
    }),
    {
      ...claims("logs under the name of another module", ({ log }) => {
        const record = { category: "caryatid", logger: "host", level: "fatal" };
        log.info("x", { ...record, id: "neighbour", module: "neighbour" });
      }),
      worker: "contained",
      process: "contained",
      why: "the host sets the name and the level of a record",
    },
    claims("calls the log with a level that does not exist", ({ log }) => {
      const levels = log as unknown as Record<string, (text: string) => void>;
      levels["host"]!("forged");
    }),
  ],
};

function claims(
  name: string,
  attempt: (context: Context) => unknown,
): Attempt {
  return {
    name,
    uncontrolled: true, // rights have no meaning without isolation
    attempt: async (_, context) => {
      await attempt(context);
      return name.startsWith("logs under") ? undefined : "done";
    },
  };
}
