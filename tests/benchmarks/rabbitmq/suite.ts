import type { Suite } from "../harness.ts";
import { codec } from "./codec.ts";
import { latency } from "./latency.ts";
import { throughput } from "./throughput.ts";

/** The RabbitMQ bus beside amqplib doing the same by hand, on the broker at 127.0.0.1:5672. */
export const rabbitMq: Suite = {
  name: "rabbitmq",
  about: "the RabbitMQ bus beside raw amqplib, and the codec beside JSON",
  cases: [...throughput, ...latency, ...codec],
};
