import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { encode } from "@caryatid/process/codec";
import { openClient } from "../amqp_client.ts";
import { openBus } from "../open_bus.ts";
import { brokerTest } from "../shared_broker.ts";

const FAILURES: readonly [failure: unknown, expected: RegExp][] = [
  [{ code: "FORBIDDEN", message: "not you" }, /FORBIDDEN: not you/],
  [null, /Error: null/],
  [{ code: { toString: 1 }, message: "strange" }, /Error: strange/],
  [{ toString: 1 }, /cannot be described/],
];

brokerTest(
  "a failure that others answer is HANDLER_FAILED, whatever they send",
  async ({ url, exchange }) => {
    await using bus = await openBus({ url, exchange });
    await using client = await openClient(url);
    const { channel } = client;
    const { queue } = await channel.assertQueue("", { exclusive: true });
    await channel.bindQueue(queue, `${exchange}.requests`, "ask");
    const left = [...FAILURES];
    await channel.consume(queue, (request) => {
      const { replyTo, correlationId } = request!.properties;
      const body = Buffer.from(encode(left.shift()![0]));
      const type = "caryatid.failure";
      channel.sendToQueue(replyTo, body, { correlationId, type });
    }, { noAck: true });
    for (const [, expected] of FAILURES) {
      await assert.rejects(bus.request("ask", 1, { timeout: 10_000 }), {
        code: "HANDLER_FAILED",
        message: expected,
      });
    }
  },
);
