import { openClient } from "./amqp_client.ts";
import { brokerTest } from "./shared_broker.ts";

// Run by shared_broker_test.ts in a separate process, without a broker.
for (const nth of ["first", "second"]) {
  brokerTest(`the ${nth}`, async ({ url }) => {
    await using client = await openClient(url);
    await client.channel.checkExchange("amq.topic");
  });
}
