import { PrivateBroker } from "../../broker/private_broker.ts";
import { Client, cpuTimeOf } from "./client.ts";
import type { Costs } from "./model.ts";

/** Messages of the round that warms up, and of the measured one. */
const MESSAGES = 15_000;
const TOPIC = "scale.cost";
const FAN_OUTS = [1, 4] as const;

/**
 * Measures the processor time of a message of 100 bytes: a publisher and its
 * subscribers in separate processes, on a private broker.
 */
export async function measureCosts(): Promise<Costs> {
  await using broker = await PrivateBroker.start();
  const pid = Number(JSON.parse(await broker.ctl("eval", "os:getpid().")));
  const [one, four] = [
    await spent(broker.url(), pid, FAN_OUTS[0]),
    await spent(broker.url(), pid, FAN_OUTS[1]),
  ];
  const deliver = (four.broker - one.broker) / (FAN_OUTS[1] - FAN_OUTS[0]);
  return {
    publish: one.publish,
    receive: one.receive,
    accept: one.broker - deliver,
    deliver,
  };
}

/** Microseconds of a message in the publisher, a subscriber and the broker. */
async function spent(
  url: string,
  broker: number,
  fanOut: number,
): Promise<{ publish: number; receive: number; broker: number }> {
  const options = {
    url,
    exchange: `scale-${fanOut}`,
    topic: TOPIC,
    count: MESSAGES,
  };
  const clients = [
    new Client("publisher", options),
    ...Array.from({ length: fanOut }, () => new Client("subscriber", options)),
  ];
  try {
    const [publisher, subscriber] = clients as [Client, Client];
    const all = () => Promise.all(clients.map((each) => each.line()));
    await all(); // ready
    const round = async () => {
      await publisher.begin();
      await all(); // done
    };
    await round();
    const times = () => [
      publisher.cpuTime(),
      subscriber.cpuTime(),
      cpuTimeOf(broker),
    ];
    const before = times();
    await round();
    const [publish, receive, inBroker] = times()
      .map((time, i) => (time - before[i]!) / MESSAGES);
    return { publish: publish!, receive: receive!, broker: inBroker! };
  } finally {
    for (const each of clients) await each[Symbol.asyncDispose]();
  }
}
