import { openClient } from "./amqp_client.ts";
import { brokerTest } from "./shared_broker.ts";

// Run by shared_broker_test.ts, in a process of its own, with brokers that are absent.
for (const nth of ["first", "second"]) {
  brokerTest(`the ${nth}`, async ({ url }) => {
    await using client = await openClient(url);
    await client.channel.checkExchange("amq.topic");
  });
}
