import type { Case } from "../harness.ts";
import { perThreadSecond, readAll } from "./count.ts";
import { Subject } from "./subject.ts";

const DELIVERIES = 1_000_000;

/**
 * Deliveries per second to one subscription and to ten. Messages go by
 * reference, so their size does not matter.
 */
export const fanOut: Case = {
  name: "fan-out",
  unit: "/s",
  run: async () => ({
    "to-10": await deliveries(10),
    "to-1": await deliveries(1),
  }),
  ratio: ["to-10", "to-1"],
  remark: "deliveries, all of one published object of 10 KiB",
};

async function deliveries(subscriptions: number): Promise<number> {
  await using subject = new Subject();
  const { context } = subject;
  const messages = DELIVERIES / subscriptions;
  const message = { bytes: new Uint8Array(10 * 1024) };
  const all = Array.from(
    { length: subscriptions },
    () => context.subscribe("bench.fan-out"),
  );
  return await perThreadSecond(DELIVERIES, async () => {
    const read = all.map((received) => readAll(received, messages));
    for (let i = 0; i < messages; i++) {
      await context.publish("bench.fan-out", message);
    }
    await Promise.all(read);
  });
}
