import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { encode } from "@caryatid/process/codec";
import { take } from "../../../sdk/testing/conformance/take.ts";
import { openClient } from "../amqp_client.ts";
import { openBus } from "../open_bus.ts";
import { brokerTest } from "../shared_broker.ts";

// AMQP counts seconds; some programs send milliseconds.
const SECONDS = [1_700_000_000, 1_700_000_000_000, 1_700_000_000_000_000];

brokerTest(
  "a message of others always has a time that a date can be, whatever they count in",
  async ({ url, exchange }) => {
    await using bus = await openBus({ url, exchange });
    const received = bus.subscribe("a");
    await received.ready;
    await using client = await openClient(url);
    const body = Buffer.from(encode(1));
    for (const timestamp of SECONDS) {
      client.channel.publish(exchange, "a", body, { timestamp });
    }
    const before = Date.now();
    const times = (await take(received, SECONDS.length)).map(({ time }) =>
      time
    );
    assert.deepEqual(times.slice(0, 2), [
      SECONDS[0]! * 1000,
      SECONDS[1]! * 1000,
    ]);
    assert(Math.abs(times[2]! - before) < 60_000, `${times[2]}`);
  },
);
