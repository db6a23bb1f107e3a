import type { Channel } from "amqplib";
import assert from "node:assert/strict";
import { namesOf } from "./names.ts";
import { declareGroupQueue, declareMarkQueue } from "./queues.ts";
import { rabbitMqSettings } from "./settings.ts";

/** Declares the queue of a group, and gives its name and arguments. */
async function declared(
  group: string,
  pattern: string,
  type = "classic",
  version = "3.10.8",
): Promise<{ name: string; args: Record<string, unknown> }> {
  let args: Record<string, unknown> = {};
  const channel = {
    connection: { serverProperties: { version } },
    assertQueue(name: string, options: { arguments: typeof args }) {
      args = options.arguments;
      return { queue: name };
    },
    bindQueue() {},
    bindExchange() {},
  };
  const name = await declareGroupQueue(
    channel as unknown as Channel,
    namesOf("x"),
    pattern,
    group,
    rabbitMqSettings({ "queue-type": type, "group-expires": 60 }),
  );
  return { name, args };
}

Deno.test("groups whose names and patterns look alike when joined have queues of their own", async () => {
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

Deno.test("the delivery limit of quorum queues is switched off where the broker has one", async () => {
  const cases = [
    { type: "quorum", version: "4.0.5", limit: -1 },
    { type: "quorum", version: "3.13.7", limit: undefined },
    { type: "classic", version: "4.1.0", limit: undefined },
  ];
  for (const { type, version, limit } of cases) {
    const { args } = await declared("a", "b", type, version);
    assert.deepEqual(args, {
      "x-queue-type": type,
      "x-expires": 60_000,
      ...(limit && { "x-delivery-limit": limit }),
    });
  }
});

Deno.test("marks are in a classic queue, whatever a vhost makes of queues that don't say what they are", async () => {
  let type: unknown;
  const channel = {
    assertQueue(_: string, options: { arguments: Record<string, unknown> }) {
      type = options.arguments["x-queue-type"];
    },
  };
  await declareMarkQueue(
    channel as unknown as Channel,
    "x.group.a.b",
    rabbitMqSettings({ exchange: "x", "queue-type": "quorum" }),
  );
  assert.equal(type, "classic");
});
