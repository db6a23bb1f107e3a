import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { fileBroker } from "./file_broker.ts";
import { numbers } from "./outcomes.ts";
import { TwoBuses } from "./two_buses.ts";

const test = fileBroker();

test(
  "C8 messages of an outage are sent when the subscriptions of the same process are bound again",
  async (broker) => {
    await using buses = await TwoBuses.open(broker);
    const { cut, proxy, log } = buses;
    // Many, so that binding them takes longer than sending the messages.
    const all = numbers(100).map((n) => cut.subscribe(`order.${n}`));
    const last = cut.subscribe("order.*", { queueSize: 1_000 });
    await Promise.all([...all, last].map(({ ready }) => ready));
    for (let round = 1; round <= 3; round++) {
      await proxy.refuse();
      await proxy.cut();
      await log.until(/no connection/, round);
      const publishes = numbers(200).map((n) => cut.publish(`order.${n}`, n));
      await proxy.pass();
      await within(Promise.all(publishes), "the confirms");
      assert.deepEqual(messages(await take(last, 200)), numbers(200));
    }
  },
);

test("C7 a gap is counted from the last bytes of the broker, not from when the dead connection was noticed", async (broker) => {
  await using buses = await TwoBuses.open(broker, { heartbeat: 1 });
  const { cut, proxy, log } = buses;
  await cut.subscribe("gap").ready;
  const began = performance.now();
  const { accepted } = proxy;
  proxy.stall();
  await log.until(/no connection/);
  // Both connections have noticed when both are replaced.
  await proxy.came(accepted + 2);
  const stalled = performance.now() - began;
  await proxy.pass();
  await log.until(/SUBSCRIPTION_INTERRUPTED/);
  const [record] = log.all(/SUBSCRIPTION_INTERRUPTED/);
  const ms = Number(/for (\d+) ms/.exec(record!)![1]);
  assert(ms >= stalled - 50, `logged ${ms} ms, stalled for ${stalled} ms`);
});
