import { expectAll, perSecond } from "../../core/count.ts";
import { openBus } from "../../../broker/open_bus.ts";
import {
  brokerUrl,
  fresh,
  RawClient,
  removeFromBroker,
} from "../../rabbitmq/raw_client.ts";
import { Client } from "../client.ts";
import type { Curve } from "../curve.ts";

/** Time that a member waits for each message, in ms. */
export const WAIT = 5;
const MESSAGES = 800;
const GROUP = "scale";
const TOPIC = "scale.work";

/** Measures the rate of a group by the number of its processes. */
export const group: Curve = {
  name: "group",
  title: `A group of N processes, ${WAIT} ms for each message`,
  x: "processes in the group",
  y: "messages per second",
  sizes: [1, 2, 3, 4, 6, 8],
  best: "most",
  runs: 2,
  measure: async (count) => ({
    measured: await rate(count),
    [`${WAIT} ms each and nothing else`]: count * 1_000 / WAIT,
  }),
};

/** Fills the queue of the group first, so that no member waits for messages. */
async function rate(count: number): Promise<number> {
  await (await RawClient.open())[Symbol.asyncDispose](); // a skip, if at all
  const exchange = fresh();
  const url = brokerUrl();
  const members: Client[] = [];
  try {
    await using bus = await openBus({ url, exchange });
    // Declares the queue of the group, which stays.
    const first = bus.subscribe(TOPIC, { group: GROUP });
    await first.ready;
    await first.close();
    await Promise.all(
      Array.from({ length: MESSAGES }, (_, i) => bus.publish(TOPIC, i)),
    );
    const done = Promise.withResolvers<void>();
    let handled = 0;
    const options = { url, exchange, topic: TOPIC, group: GROUP, wait: WAIT };
    for (let i = 0; i < count; i++) members.push(new Client("member", options));
    await Promise.all(members.map((each) => each.line())); // ready
    const result = await perSecond(MESSAGES, async () => {
      for (const each of members) {
        each.onLine(() => {
          if (++handled === MESSAGES) done.resolve();
        });
        await each.begin();
      }
      await done.promise;
    });
    expectAll(handled, MESSAGES);
    return result;
  } finally {
    for (const each of members) await each[Symbol.asyncDispose]();
    await removeFromBroker(exchange);
  }
}
