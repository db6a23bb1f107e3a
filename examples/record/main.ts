import { playback, type PlaybackStatus, record } from "@caryatid/modules";
import { diffRecordings, reportDiff } from "@caryatid/modules/record/diff";
import { Process } from "@caryatid/process";
import customers from "./customers.ts";
import recording from "./recording.toml" with { type: "text" };
import replaying from "./replaying.toml" with { type: "text" };
import shop from "./shop.ts";

const FOLDER = "examples/record/recordings";

/** Records a shop until the total of its last order is published. */
async function recordOrders(): Promise<void> {
  await using process = await Process.create({
    config: recording,
    modules: [customers, shop, record],
  });
  const totals = process.context.subscribe("order.total");
  await process.start();
  let count = 0;
  for await (const _ of totals) if (++count === 4) break;
}

/** Replays the orders for a shop with another configuration. */
async function replayOrders(): Promise<void> {
  await using process = await Process.create({
    config: replaying,
    modules: [shop, playback, record],
  });
  const statuses = process.context.subscribe("playback.status");
  await process.start();
  for await (const { message } of statuses) {
    if ((message as PlaybackStatus).state === "ended") break;
  }
}

// The folder is missing in the first run.
await Deno.remove(FOLDER, { recursive: true }).catch(() => {});
await recordOrders();
await replayOrders();
const diff = await diffRecordings(`${FOLDER}/before`, `${FOLDER}/after`);
// deno-lint-ignore no-console -- it is the program's output
for (const line of reportDiff(diff)) console.log(line);
