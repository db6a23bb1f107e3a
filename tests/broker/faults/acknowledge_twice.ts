import type { PrivateBroker } from "../private_broker.ts";

/**
 * Acknowledges a delivery that does not exist, on every AMQP channel with
 * consumers, as a client that acknowledges twice.
 */
export async function acknowledgeTwice(broker: PrivateBroker): Promise<void> {
  await broker.ctl(
    "eval",
    `[rabbit_channel:do(C, {'basic.ack', 4711, false}) || C <- rabbit_channel:list(),
      rabbit_channel:info(C, [consumer_count]) =/= [{consumer_count, 0}]].`,
  );
}
