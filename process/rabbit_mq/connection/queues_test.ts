import type { Channel } from "amqplib";
import assert from "node:assert/strict";
import { namesOf } from "./topology.ts";
import {
  declareGroupQueue,
  declareSuspectQueue,
  groupQueueName,
} from "./queues.ts";
import { rabbitMqSettings } from "../settings.ts";

/** Declares the queue of a group. Returns its name and arguments. */
async function declared(
  group: string,
  pattern: string,
  type?: string,
): Promise<{ name: string; args: Record<string, unknown> }> {
  let args: Record<string, unknown> = {};
  const channel = {
    assertQueue(name: string, options: { arguments: typeof args }) {
      args = options.arguments;
      return { queue: name };
    },
    assertExchange() {},
    bindQueue() {},
    bindExchange() {},
  };
  const name = groupQueueName(namesOf("x"), pattern, group);
  await declareGroupQueue(
    channel as unknown as Channel,
    namesOf("x"),
    pattern,
    name,
    rabbitMqSettings({
      "group-expires": 60,
      ...(type && { "queue-type": type }),
    }),
  );
  return { name, args };
}

Deno.test("groups whose names and patterns look alike when joined have separate queues", async () => {
  const all = await Promise.all([
    declared("a", "b.c"),
    declared("a.b", "c"),
    declared("a%2Eb", "c"),
  ]);
  assert.deepEqual(all.map(({ name }) => name), [
    "x.group.a.b.c",
    "x.group.a%2Eb.c",
    "x.group.a%252Eb.c",
  ]);
});

Deno.test("group queues are quorum queues with a delivery limit out of reach, unless classic ones are configured", async () => {
  const cases = [
    { type: undefined, limit: { "x-delivery-limit": 1_000_000 } },
    { type: "quorum", limit: { "x-delivery-limit": 1_000_000 } },
    { type: "classic", limit: {} },
  ];
  for (const { type, limit } of cases) {
    const { args } = await declared("a", "b", type);
    assert.deepEqual(args, {
      "x-queue-type": type ?? "quorum",
      "x-expires": 60_000,
      ...limit,
    });
  }
});

Deno.test("a suspect queue is a quorum queue in any case, since it counts deliveries", async () => {
  let args: Record<string, unknown> = {};
  const channel = {
    assertQueue(_: string, options: { arguments: Record<string, unknown> }) {
      args = options.arguments;
      return { messageCount: 3 };
    },
  };
  const declared = await declareSuspectQueue(
    channel as unknown as Channel,
    "x.group.a.b",
    rabbitMqSettings({ exchange: "x", "queue-type": "classic" }),
  );
  assert.deepEqual(declared, { name: "x.suspect.x.group.a.b", messages: 3 });
  assert.equal(args["x-queue-type"], "quorum");
});
