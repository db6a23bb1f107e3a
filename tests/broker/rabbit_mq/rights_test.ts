import type { Delivery, MessageBus } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { encode } from "@caryatid/process/codec";
import { type BusRights, Rights } from "../../../process/rights/rights.ts";
import { RightsBus } from "../../../process/rights/rights_bus.ts";
import { openClient } from "../amqp_client.ts";
import { openBus } from "../open_bus.ts";
import { brokerTest } from "../shared_broker.ts";

const ID = "0123456789abcdef";

brokerTest(
  "D10 on RabbitMQ a spy with all rights receives no answer that goes to a requester in Rust",
  async ({ url, exchange }) => {
    await using bus = await openBus({ url, exchange });
    const spy = withRights(bus, { subscribe: ["#"] });
    const received = spy.subscribe("#");
    const member = spy.subscribe("#", { group: "spies" });
    await using answering = bus.handle("ask", () => "the answer");
    await Promise.all([received.ready, member.ready, answering.ready]);
    const answered = bus.subscribe(`ask._response.${ID}`);
    await answered.ready;
    await askAsRust(url, exchange);
    const [answer] = await take(answered, 1);
    assert.equal(answer!.message, "the answer");
    await bus.publish("sentinel", null);
    for (const one of [received, member]) {
      const topics = (await take(one, 2)).map(({ topic }) => topic);
      assert.deepEqual(topics.sort(), [`ask._request.${ID}`, "sentinel"]);
    }
  },
);

brokerTest(
  "D10 on RabbitMQ a publish cannot replace a request or an answer without the right to it",
  async ({ url, exchange }) => {
    await using bus = await openBus({ url, exchange });
    const guest = withRights(bus, {
      publish: ["#"],
      request: ["mine"],
      handle: [],
    });
    const asked: string[] = [];
    for (const topic of ["mine", "yours"]) {
      await bus.handle(topic, () => asked.push(topic)).ready;
    }
    for (const topic of [`yours._request.${ID}`, `mine._response.${ID}`]) {
      await assert.rejects(guest.publish(topic, null), { code: "FORBIDDEN" });
    }
    await guest.request("mine", null);
    assert.deepEqual(asked, ["mine"]);
  },
);

function withRights(bus: MessageBus, lists: Partial<BusRights>): RightsBus {
  const rights = {
    publish: undefined,
    subscribe: undefined,
    request: undefined,
    handle: undefined,
    groups: undefined,
    ...lists,
  };
  return new RightsBus(bus, new Rights("guest", rights, () => ""));
}

async function askAsRust(url: string, exchange: string): Promise<void> {
  await using client = await openClient(url);
  const body = Buffer.from(encode(null));
  client.channel.publish(exchange, `ask._request.${ID}`, body);
  await client.channel.close(); // or the connection may close first
}

async function take(
  messages: AsyncIterable<Delivery>,
  count: number,
): Promise<Delivery[]> {
  const taken: Delivery[] = [];
  for await (const delivery of messages) {
    if (taken.push(delivery) === count) break;
  }
  return taken;
}
