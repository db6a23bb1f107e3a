import type { Context } from "@caryatid/sdk";
import { VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { TempFolder } from "../record/testing/temp_folder.ts";
import { writeRecording } from "../record/testing/write_recording.ts";
import { ProgressLog } from "./progress_log.ts";

Deno.test("ProgressLog logs share, rate and remaining time every five seconds", async () => {
  await using folder = await TempFolder.make();
  const path = `${folder.path}/some`;
  await writeRecording(path, [{ message: "x".repeat(1_000) }]);
  const { size } = await Deno.stat(`${path}/0000000000000000.jsonl`);
  const clock = new VirtualClock();
  const lines: unknown[] = [];
  const log = { info: (...line: unknown[]) => void lines.push(line) };
  const progress = await ProgressLog.start(
    { clock, log } as unknown as Context,
    path,
  );
  progress!.addRead(size / 4);
  await clock.advance(4_999);
  progress!.logIfDue(100);
  assert.deepEqual(lines, []);
  await clock.advance(1);
  progress!.logIfDue(100);
  progress!.logIfDue(101);
  assert.deepEqual(lines, [[
    "replayed {percent} % of {path}, {rate} messages per second, {left} left",
    { percent: 25, path, rate: 20, left: "15 s" },
  ]]);
});
