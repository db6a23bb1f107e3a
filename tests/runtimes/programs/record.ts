// deno-lint-ignore-file no-console
/** Records a few ticks, and plays them. */
import { readRecording } from "@caryatid/modules/record";
import { Process } from "@caryatid/process";
import type { CaryatidError } from "@caryatid/sdk";
import { fileURLToPath } from "node:url";

const path = fileURLToPath(new URL("recording", import.meta.url));
const log = { level: "error" }; // on a busy machine the clock logs warnings

const recording = await Process.create({
  config: { log, module: { clock: { period: 0.01 }, record: { path } } },
});
const ticks = recording.context.subscribe("clock.tick");
await recording.start();
let received = 0;
for await (const _ of ticks) {
  if (++received === 5) break;
}
const other = await Process.create({
  config: { log, module: { record: { path } } },
});
const refused = await other.start().catch((error: CaryatidError) =>
  error.cause
);
console.log(`refused: ${(refused as CaryatidError).code}`);
await recording.stop();

let recorded = 0;
for await (const _ of readRecording(path)) recorded++;
console.log(`recorded as many as received, or more: ${recorded >= received}`);

const playing = await Process.create({
  config: { log, module: { playback: { path, speed: "max" } } },
});
const played = playing.context.subscribe("clock.tick");
await playing.start();
let left = recorded;
for await (const _ of played) {
  if (--left === 0) break;
}
console.log("played all");
await playing.stop();
