import { CaryatidError } from "@caryatid/sdk";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import assert from "node:assert/strict";
import { BUSY } from "../testing/busy_snapshot.ts";
import { NotedLog } from "../testing/noted_log.ts";
import { RefusingBus } from "../testing/refusing_bus.ts";
import type { SnapshotMessage } from "../snapshots/snapshot_message.ts";
import { SnapshotTopic } from "./snapshot_topic.ts";

Deno.test("a snapshot that finds no room is replaced by the next one, and counted", async () => {
  await using bus = new InMemoryBus();
  const log = new NotedLog();
  const topic = new SnapshotTopic(bus, "monitor", log);
  const received = bus.subscribe("monitor", { queueSize: 1 });
  for (const time of [1, 2, 3, 4]) {
    topic.publish({ ...BUSY, time });
    await yieldToEventLoop();
  }
  assert.deepEqual(
    [received.queued, received.waitingPublishers, topic.dropped],
    [
      1,
      1,
      2,
    ],
  );
  const times: number[] = [];
  for await (const { message } of received) {
    times.push((message as SnapshotMessage).timestamp_ms);
    if (times.length === 2) break;
  }
  assert.deepEqual(times, [1, 4]);
  await yieldToEventLoop();
  assert.deepEqual(log.lines, [
    'warn the monitor cannot publish on "monitor", and keeps trying: ' +
    "the one before still waits for room",
    'info the monitor can publish on "monitor" again',
  ]);
});

Deno.test("a bus that refuses is logged once, and nothing is thrown", async () => {
  const error = new CaryatidError("NO_ROUTE", "Cannot publish: no route");
  await using bus = new RefusingBus(error);
  const log = new NotedLog();
  const topic = new SnapshotTopic(bus, "monitor", log);
  for (let n = 0; n < 3; n++) {
    topic.publish(BUSY);
    await yieldToEventLoop();
  }
  assert.equal(topic.dropped, 3);
  assert.deepEqual(log.lines, [
    'warn the monitor cannot publish on "monitor", and keeps trying: ' +
    "Cannot publish: no route",
  ]);
});

Deno.test("a snapshot that waits when the monitor stops is dropped silently", async () => {
  await using bus = new InMemoryBus();
  const log = new NotedLog();
  const topic = new SnapshotTopic(bus, "monitor", log);
  const received = bus.subscribe("monitor", { queueSize: 1 });
  topic.publish(BUSY);
  topic.publish(BUSY);
  assert.equal(received.waitingPublishers, 1);
  topic.stop();
  await yieldToEventLoop();
  assert.equal(received.waitingPublishers, 0);
  assert.deepEqual([topic.dropped, log.lines], [0, []]);
});
