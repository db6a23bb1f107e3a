import assert from "node:assert/strict";
import {
  missingExchanges,
  namesOf,
} from "../../process/rabbit_mq/connection/topology.ts";
import { ours, raw, TOPIC } from "../benchmarks/rabbitmq/peers.ts";
import { loadClient } from "../benchmarks/rabbitmq/rabbitmq_client.ts";
import { openClient } from "./amqp_client.ts";
import { brokerTest } from "./shared_broker.ts";

brokerTest(
  "the peers of bench rabbitmq carry every message, and leave nothing on the broker",
  async ({ url, exchange }) => {
    Deno.env.set("CARYATID_TEST_AMQP", url); // read by the peers
    const client = await loadClient();
    const small = { size: 100, messages: 200, inFlight: 50 };
    for (const members of [0, 2]) {
      for (const peer of [ours, raw, ...(client ? [client] : [])]) {
        assert(await peer({ ...small, members }, exchange) > 0);
        await using amqp = await openClient(url);
        const names = Object.values(namesOf(exchange));
        assert.deepEqual(await missingExchanges(amqp.connection, names), names);
        const queues = [
          `${exchange}.group`,
          `${exchange}.group.bench.${TOPIC}`,
        ];
        for (const queue of queues) {
          await using checking = await openClient(url);
          await assert.rejects(
            checking.channel.checkQueue(queue),
            /NOT[-_]FOUND/,
          );
        }
      }
    }
  },
);
