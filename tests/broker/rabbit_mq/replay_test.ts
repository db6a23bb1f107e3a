import { playback, type PlaybackStatus, record } from "@caryatid/modules";
import { readRecording } from "@caryatid/modules/record";
import { diffRecordings } from "@caryatid/modules/record/diff";
import { Process } from "@caryatid/process";
import { Float } from "@caryatid/process/codec";
import rabbitMq from "@caryatid/process/rabbit-mq";
import type { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { TempFolder } from "../../../modules/record/testing/temp_folder.ts";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { brokerTest, type TestBroker } from "../shared_broker.ts";

const MESSAGES = 2_000;

for (const format of ["json", "cbor"]) {
  brokerTest(
    `what one process records in ${format} and replays over RabbitMQ is what another one records there`,
    async (broker) => {
      using _ = new CapturedLogs();
      await using folder = await TempFolder.make();
      const [before, after] = [`${folder.path}/before`, `${folder.path}/after`];
      await recordHere(before, format);
      await using listener = await overBroker(broker, {
        record: { path: after, topic: "data.#" },
      });
      await listener.start();
      await replay(broker, before);
      while (await countIn(after) < MESSAGES) {
        await listener.context.clock.sleep(20);
      }
      await listener.stop();
      // The same ids and headers, too; the times are those of the replay.
      const diff = await diffRecordings(before, after, { ids: true });
      assert.deepEqual(diff.differences, []);
      assert.equal(diff.equal, MESSAGES);
    },
  );
}

async function recordHere(path: string, format: string): Promise<void> {
  await using process = await Process.create({
    config: { module: { record: { path, format, topic: "data.#" } } },
    modules: [record],
  });
  await process.start();
  for (let number = 0; number < MESSAGES; number++) {
    const message = {
      number,
      big: 2n ** 60n + BigInt(number),
      bytes: new Uint8Array([number % 256]),
      float: new Float(number),
      date: new Date(number),
    };
    const headers = { trace: String(number) };
    await process.context.publish(`data.${number % 3}`, message, { headers });
  }
}

/** Confirmed messages may still be on their way to the recorder. */
async function countIn(path: string): Promise<number> {
  let count = 0;
  try {
    for await (const _ of readRecording(path)) count++;
  } catch (error) {
    if ((error as CaryatidError).code !== "NO_RECORDING") throw error;
  }
  return count;
}

/** Resolves when the broker has confirmed all messages. */
async function replay(broker: TestBroker, path: string): Promise<void> {
  await using process = await overBroker(broker, {
    playback: { path, speed: "max", "status-topic": "status" },
  });
  const statuses = process.context.subscribe("status");
  await process.start();
  for await (const { message } of statuses) {
    if ((message as PlaybackStatus).state === "ended") break;
  }
}

function overBroker(
  { url, exchange }: TestBroker,
  module: Record<string, Record<string, unknown>>,
): Promise<Process> {
  return Process.create({
    config: {
      module,
      "message-bus": { external: { class: "rabbit-mq", url, exchange } },
      "message-router": { route: [{ pattern: "#", bus: "external" }] },
    },
    modules: [playback, record],
    buses: [rabbitMq],
  });
}
