import { defineModule, defineTopic } from "@caryatid/sdk";
import { Process } from "@caryatid/process";
import rabbitMq from "@caryatid/process/rabbit-mq";
import assert from "node:assert/strict";
import { z } from "zod";
import { DashboardProcess } from "../../../modules/dashboard/testing/dashboard_process.ts";
import { brokerTest } from "../shared_broker.ts";

brokerTest(
  "a dashboard restarts a module of another process, and has the schemas of its topics",
  async (broker) => {
    let starts = 0;
    const other = defineModule({
      name: "other",
      init(context) {
        starts++;
        context.subscribe(
          defineTopic("order.*", z.object({ sku: z.string() })),
        );
      },
    });
    const shared = {
      "message-bus": { broker: { class: "rabbit-mq", ...broker } },
      log: { level: "error" },
      monitor: {
        topic: "caryatid.monitor.snapshot",
        "frequency-secs": 0.5,
        control: ["restart"],
      },
    };
    const process = await Process.create({
      config: { ...shared, module: { other: {} } },
      modules: [other],
      buses: [rabbitMq],
      env: {},
    });
    await process.start();
    {
      await using subject = await DashboardProcess.start([], {
        allow: ["publish", "restart"],
      }, { config: shared, buses: [rabbitMq] });
      const page = await subject.page();
      const { modules } = await page.next(
        "state",
        ({ modules }) =>
          modules.some(({ id }: { id: string }) => id === "other"),
      );
      const row = modules.find(({ id }: { id: string }) => id === "other");
      const order = {
        process: row.process,
        module: "other",
        action: "restart",
      };
      const response = await subject.post("/api/control", order);
      assert((await response.json()).milliseconds >= 0);
      assert.equal(starts, 2);
      const { topics } = await (await subject.get("/api/topics")).json();
      assert.deepEqual(
        topics.map((
          { module, pattern }: Record<string, string>,
        ) => [module, pattern]),
        [["other", "order.*"]],
      );
    }
    await process.stop();
  },
);
