import { playback, record } from "@caryatid/modules";
import { readRecording } from "@caryatid/modules/record";
import { Process } from "@caryatid/process";
import type { Delivery } from "@caryatid/sdk";
import fc from "fast-check";
import assert from "node:assert/strict";
import { anyMessage } from "../../../modules/record/testing/messages.ts";
import { TempFolder } from "../../../modules/record/testing/temp_folder.ts";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";

const word = fc.constantFrom("order", "paid", "ü", "", "a-b");
const publish = fc.record({
  topic: fc.array(word, { minLength: 1, maxLength: 4 }).map((words) =>
    ["data", ...words].join(".")
  ),
  message: anyMessage,
  id: fc.option(fc.string({ minLength: 1, maxLength: 20 }), { nil: undefined }),
  headers: fc.dictionary(
    fc.constantFrom("trace", "$bytes", "__proto__", "a"),
    fc.string({ unit: "grapheme" }),
    { noNullPrototype: true },
  ),
});
type Publish = typeof publish extends fc.Arbitrary<infer T> ? T : never;

for (const config of [{}, { compress: true, "max-file-size": 400 }]) {
  Deno.test(`F7 a recording of one process replayed into another gives the same messages: ${JSON.stringify(config)}`, async () => {
    using _ = new CapturedLogs();
    await fc.assert(
      fc.asyncProperty(
        fc.array(publish, { minLength: 1, maxLength: 20 }),
        async (publishes) => {
          await using folder = await TempFolder.make();
          const sent = await recordAll(folder.path, publishes, config);
          const received = await replay(folder.path, publishes.length);
          assert.deepEqual(received.map(shown), sent.map(shown));
          assert.equal(
            (await Array.fromAsync(readRecording(folder.path))).length,
            publishes.length,
          );
        },
      ),
      { numRuns: 40 },
    );
  });
}

Deno.test("in memory a recorder receives requests as messages on a separate topic, and no answers", async () => {
  using _ = new CapturedLogs();
  await using folder = await TempFolder.make();
  const process = await Process.create({
    config: { module: { record: { path: folder.path } } },
    modules: [record],
  });
  process.context.handle("ask", ({ message }) => message);
  await process.start();
  assert.equal(await process.context.request("ask", 7), 7);
  await process.stop();
  const all = await Array.fromAsync(readRecording(folder.path));
  assert.deepEqual(all.map(({ message }) => message), [7]);
  assert.match(all[0]!.topic!, /^ask\._request\.[0-9a-f]{16}$/);
});

Deno.test("a process that may read files finds record and playback by their class", async () => {
  using logs = new CapturedLogs();
  await using folder = await TempFolder.make();
  const { path } = folder;
  for (const name of ["record", "playback"]) {
    await using process = await Process.create({
      config: { module: { mine: { class: name, path } } },
    });
    await process.start();
    await process.context.publish("a", name);
  }
  assert(logs.lines.includes("caryatid: module mine (playback)"));
});

async function recordAll(
  path: string,
  publishes: readonly Publish[],
  config: object,
): Promise<Delivery[]> {
  await using process = await Process.create({
    config: { module: { record: { path, topic: "data.#", ...config } } },
    modules: [record],
  });
  await process.start();
  const { context } = process;
  const received = context.subscribe("data.#");
  for (const { topic, message, id, headers } of publishes) {
    const options = id === undefined ? { headers } : { id, headers };
    await context.publish(topic, message, options);
  }
  const sent = await take(received, publishes.length);
  await process.stop();
  return sent;
}

async function replay(path: string, count: number): Promise<Delivery[]> {
  await using process = await Process.create({
    config: { module: { playback: { path, speed: "max" } } },
    modules: [playback],
  });
  const received = process.context.subscribe("data.#");
  await process.start();
  return await take(received, count);
}

async function take(
  received: AsyncIterable<Delivery>,
  count: number,
): Promise<Delivery[]> {
  const taken: Delivery[] = [];
  for await (const delivery of received) {
    taken.push(delivery);
    if (taken.length === count) break;
  }
  return taken;
}

function shown({ topic, message, id, headers }: Delivery) {
  return { topic, message, id, headers: { ...headers } };
}
