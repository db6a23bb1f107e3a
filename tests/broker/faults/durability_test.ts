import assert from "node:assert/strict";
import { faultTest } from "../fault_case.ts";
import { FaultProxy } from "../fault_proxy.ts";
import { numbers } from "./outcomes.ts";
import { quorumAge } from "./quorum_age.ts";
import { report } from "./report.ts";
import { Traffic } from "./traffic.ts";

const soak = Deno.env.has("CARYATID_SOAK");
const MESSAGES = soak ? 10_000 : 1_500;
const SHARES = soak ? numbers(12).map((n) => (n + 1) / 13) : [1 / 3, 1 / 2];

for (const kind of soak ? ["classic", "quorum"] : ["classic"]) {
  faultTest(
    `C5 a durable group (${kind}) loses no confirmed message when the broker is killed`,
    async (broker, t) => {
      await t.step("with publishers and members at work", async () => {
        const settings = { "queue-type": kind, exchange: "c5.work" };
        await using traffic = await Traffic.open(broker, settings);
        if (kind === "quorum") await quorumAge();
        const publishing = traffic.publish(MESSAGES);
        for (const share of SHARES) {
          await traffic.confirmed(share * MESSAGES);
          await traffic.crash(broker);
        }
        await publishing;
        await traffic.received();
        report(`C5 ${kind}: ${traffic.figures()}`);
        assert.equal(traffic.lost, 0);
      });

      await t.step(
        "with publishers that are back before the group",
        async () => {
          await using proxy = await FaultProxy.to(broker);
          const url = broker.url({ port: proxy.port });
          const settings = { "queue-type": kind, exchange: "c5.first" };
          await using traffic = await Traffic.open(broker, settings, url);
          if (kind === "quorum") await quorumAge();
          const publishing = traffic.publish(MESSAGES);
          await traffic.confirmed(MESSAGES / 3);
          await proxy.refuse();
          await proxy.cut();
          await traffic.crash(broker);
          await publishing; // all deliveries, without the group
          assert(traffic.lost > 0, "the group is back already");
          await proxy.pass();
          await traffic.received();
          report(`C5 ${kind}, publishers first: ${traffic.figures()}`);
          assert.equal(traffic.lost, 0);
        },
      );
    },
  );
}
