/**
 * Reads a recording, and prints its number of messages, or the code of the
 * error, and the peak memory. It is a separate process, because tests share
 * one. For `memory_test.ts`.
 */
import { readRecording } from "@caryatid/modules/record";
import { diffRecordings } from "@caryatid/modules/record/diff";

const [what, path = ""] = Deno.args;
const before = Deno.memoryUsage().rss;
let peak = before;
const timer = setInterval(look, 10);

function look(): void {
  peak = Math.max(peak, Deno.memoryUsage().rss);
}

async function work(): Promise<string> {
  if (what === "diff") {
    const { equal } = await diffRecordings(path, path);
    return String(equal);
  }
  let count = 0;
  for await (const _ of readRecording(path)) if (++count % 1_000 === 0) look();
  return String(count);
}

const result = await work().catch((error) => error.code);
look();
clearInterval(timer);
// deno-lint-ignore no-console -- it is the program's output
console.log(`${result} ${Math.round((peak - before) / 2 ** 20)}`);
