import { Process } from "@caryatid/process";
import rabbitMq from "@caryatid/process/rabbit-mq";
import assert from "node:assert/strict";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { brokerTest, type TestBroker } from "../shared_broker.ts";
import { newBus } from "./new_bus.ts";

const MODULE = new URL("failing_consumer.ts", import.meta.url).href;

/** Starts a process whose consumer fails at every attempt. */
async function failing(
  broker: TestBroker,
  section: Record<string, unknown>,
  more: Record<string, unknown>,
): Promise<Process> {
  const process = await Process.create({
    config: {
      module: { "failing-consumer": { import: MODULE, ...section } },
      "message-bus": {
        memory: { class: "in-memory" },
        rabbit: {
          class: "rabbit-mq",
          ...broker,
          "dead-letter-exchange": `${broker.exchange}.dead`,
        },
      },
      "message-router": {
        // The subscription merges those of two buses.
        route: [
          { pattern: "work.local", bus: "memory" },
          { pattern: "#", bus: "rabbit" },
        ],
      },
      log: { level: "error" },
      ...more,
    },
    env: {},
    buses: [rabbitMq],
  });
  await process.start();
  return process;
}

for (
  const [where, section, more, attempts] of [
    ["", {}, {}, 1],
    [" with retry", { attempts: 3 }, {}, 3],
    [" of a traced process", { attempts: 2 }, {
      tracing: { topic: "spans" },
    }, 2],
    [
      " in a worker",
      {
        attempts: 2,
        isolation: "worker",
        permissions: { subscribe: ["work.#"], groups: ["workers"] },
      },
      {},
      2,
    ],
  ] as const
) {
  brokerTest(
    `C15 B16 a message that fails in every attempt of consume${where} is a dead letter MODULE_FAILED with its cause and count`,
    async (broker) => {
      using _logs = new CapturedLogs();
      await using process = await failing(broker, section, more);
      const { exchange } = broker;
      await process.context.publish("work.bad", "m", { id: "the id" });
      await using bus = newBus({
        ...broker,
        "dead-letter-exchange": `${exchange}.dead`,
      });
      await bus.open();
      const kept = async () => {
        for (;;) {
          const letters = await bus.deadLetters.list();
          if (letters.length > 0) return letters;
        }
      };
      const letters = await within(kept(), "the dead letter");
      assert.deepEqual(
        letters.map(({ id, topic, code, cause, count, pattern }) => ({
          id,
          topic,
          code,
          cause,
          count,
          pattern,
        })),
        [{
          id: "the id",
          topic: "work.bad",
          code: "MODULE_FAILED",
          cause: "no luck with m",
          count: attempts,
          pattern: "work.#",
        }],
      );
      await process.stop();
      const filter = { code: "MODULE_FAILED" };
      assert.equal((await bus.deadLetters.list(filter)).length, 1);
      assert.equal(await bus.deadLetters.replay(filter), 1);
    },
  );
}
