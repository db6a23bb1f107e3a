import { type Load, ours, raw } from "../../rabbitmq/peers.ts";
import type { Curve } from "../curve.ts";
import { processorTime } from "../../core/processor_time.ts";

/** Approximate number of bytes in all messages of one measurement. */
const TOTAL = 40e6;

/**
 * Processor time over a broker by the size of a message, without the time of
 * the broker.
 */
export const messageSize: Curve = {
  name: "message-size",
  title: "A confirmed and received message over RabbitMQ by its size",
  x: "bytes of a message",
  y: "processor time of the client (µs)",
  sizes: [20, 200, 2_000, 20_000, 200_000, 2_000_000, 10_000_000],
  best: "least",
  runs: 2,
  async measure(size) {
    const messages = Math.max(8, Math.min(5_000, Math.round(TOTAL / size)));
    const inFlight = Math.max(4, Math.min(500, messages / 4));
    const load = { size, messages, inFlight, members: 0 };
    const cost = async (peer: (load: Load) => Promise<number>) =>
      await processorTime(async () => void await peer(load)) / messages;
    return { Caryatid: await cost(ours), "amqplib by hand": await cost(raw) };
  },
};
