import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import assert from "node:assert/strict";
import {
  MOST_BATCHED,
  WriteBatch,
} from "../../../process/rabbit_mq/connection/channels.ts";
import { brokerTest } from "../shared_broker.ts";

/** Counts the writes of a connection. */
function countWrites({ connection }: ChannelModel): () => number {
  const { stream } = connection as unknown as { stream: Socket };
  let writes = 0;
  for (const name of ["_write", "_writev"] as const) {
    const write = stream[name]!.bind(stream) as (...args: unknown[]) => void;
    stream[name] = (...args: unknown[]) => {
      writes++;
      write(...args);
    };
  }
  return () => writes;
}

async function publish(
  channel: ConfirmChannel,
  messages: number,
  size: number,
  batch?: WriteBatch,
): Promise<void> {
  const confirms: Promise<unknown>[] = [];
  for (let n = 0; n < messages; n++) {
    confirms.push(
      new Promise((resolve) =>
        channel.publish("", "unbound", Buffer.alloc(size), {}, resolve)
      ),
    );
    batch?.hold();
  }
  assert(!(await Promise.all(confirms)).some((error) => error));
}

// Depends on how amqplib writes: a version that writes differently fails here.
brokerTest(
  "messages of one turn are sent in one write, and many bytes in a few writes",
  async ({ url }) => {
    const options = { noDelay: true, writableHighWaterMark: MOST_BATCHED };
    const connection = await connect(url, options);
    const channel = await connection.createConfirmChannel();
    const writes = countWrites(connection);
    await publish(channel, 100, 100);
    assert(writes() >= 100, `${writes()}: amqplib batches by itself by now`);

    const before = writes();
    const batch = new WriteBatch(connection);
    await publish(channel, 100, 100, batch);
    assert.equal(writes() - before, 1);
    await publish(channel, 100, 10 * 1024, batch);
    assert(writes() - before < 10, `${writes() - before} writes`);
    await connection.close();
  },
);
