import { topicMatches } from "@caryatid/sdk";
import fc from "fast-check";
import assert from "node:assert/strict";
import { brokerRights, topicExpression } from "./broker_rights.ts";
import { rabbitMqSettings } from "./settings.ts";

const words = (...each: string[]) =>
  fc.array(fc.constantFrom(...each), { minLength: 1, maxLength: 5 })
    .map((all) => all.join("."));

Deno.test("topicExpression matches the topics that its pattern matches", () => {
  const pattern = words("a", "b+", "*", "#");
  const topic = words("a", "b+", "c");
  fc.assert(fc.property(pattern, topic, (pattern, topic) => {
    const expression = new RegExp(`^(${topicExpression(pattern)})$`);
    assert.equal(expression.test(topic), topicMatches(pattern, topic));
  }));
});

Deno.test("topicExpression matches the bindings of narrower patterns", () => {
  const expression = new RegExp(`^(${topicExpression("order.#")})$`);
  for (const binding of ["order.#", "order.*", "order.new", "order"]) {
    assert(expression.test(binding), binding);
  }
  assert(!expression.test("#"));
});

Deno.test("brokerRights grants no queues of groups and handlers to a publisher", () => {
  const settings = rabbitMqSettings({
    url: "amqp://shop:secret@broker/eu",
    exchange: "shop",
    "dead-letter-exchange": "dead",
  });
  const nothing = { subscribe: [], request: [], handle: [] };
  const rights = brokerRights(settings, { publish: ["order.new"], ...nothing });
  assert.deepEqual(
    [rights.user, rights.vhost, rights.broker],
    ["shop", "eu", "broker:5672"],
  );
  assert(!rights.names.some((name) => /group|handlers|dead/.test(name)));
  assert.deepEqual(
    rights.topics.map(({ exchange, write, read }) => [exchange, write, read]),
    [
      ["shop", [], []],
      ["shop.front", ["order\\.new"], ["#"]],
      ["shop.requests", [], []],
      ["shop.observers", [], []],
      ["shop.answers", [], []],
    ],
  );
});
