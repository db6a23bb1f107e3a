import type { Log } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { RequestLog } from "./request_log.ts";

Deno.test("a changed level of the log applies to requests of the next tick", () => {
  let looks = 0;
  let enabled = false;
  const lines: string[] = [];
  const write = (text: string) => void lines.push(text);
  const log: Log = {
    debug: write,
    info: write,
    warn: write,
    error: write,
    isEnabledFor: () => {
      looks++;
      return enabled;
    },
  };
  const requests = new RequestLog(log, "debug");
  const handle = (tick: number) => {
    const began = requests.begin(tick);
    requests.write("GET", undefined, 200, began, undefined);
  };
  for (let count = 0; count < 1_000; count++) handle(1);
  assert(looks < 20, `${looks} looks for 1,000 requests`);
  assert.equal(lines.length, 0);
  enabled = true;
  handle(2);
  assert.equal(lines.length, 1);
});
