import { connect } from "amqplib";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { brokerTest } from "../shared_broker.ts";

// The publisher relies on this: it reuses the memory of a body when no publish
// waits for its confirm, sent or not.
brokerTest(
  "amqplib copies a body before publish returns, whatever its size",
  async ({ url }) => {
    const connection = await connect(url);
    const channel = await connection.createConfirmChannel();
    const { queue } = await channel.assertQueue("", { exclusive: true });
    const sizes = [0, 1, 100, 1_900, 2_100, 10_240, 131_064, 131_072, 600_000];
    for (const size of sizes) {
      const body = Buffer.alloc(size, "a");
      channel.sendToQueue(queue, body);
      body.fill("b");
    }
    await channel.waitForConfirms();
    for (const size of sizes) {
      const message = await channel.get(queue, { noAck: true });
      assert(message !== false);
      assert(message.content.equals(Buffer.alloc(size, "a")), `${size} bytes`);
    }
    await connection.close();
  },
);
