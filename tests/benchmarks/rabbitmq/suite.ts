import { byClock, type Suite } from "../harness.ts";
import { answerCopies } from "./answer_copies.ts";
import { codec } from "./codec.ts";
import { latency } from "./latency.ts";
import { peerRequests } from "./peer_requests.ts";
import { throughput } from "./throughput.ts";

/**
 * The RabbitMQ bus compared with plain amqplib and with rabbitmq-client, on
 * the broker at 127.0.0.1:5672.
 */
export const rabbitMq: Suite = {
  name: "rabbitmq",
  about:
    "the RabbitMQ bus against amqplib and rabbitmq-client, the codec against JSON",
  minutes: 4,
  cases: [
    ...throughput,
    ...latency,
    ...answerCopies,
    ...peerRequests,
    ...byClock("thread", codec),
  ],
};
