import assert from "node:assert/strict";
import { guestProcess } from "../testing/guest_process.ts";

for (const isolation of ["worker", "process"] as const) {
  Deno.test(`intrinsics that a ${isolation} replaces change nothing that its bridge sends`, async () => {
    await using process = await guestProcess(isolation, "replaces");
    await process.start();
    const { context } = process;
    const received = context.subscribe("out");
    const answer = await context.request("replaced", "hello");
    assert.deepEqual(answer, ["hello", new Map([["a", new Set([1])]])]);
    for await (const { message } of received) {
      assert.deepEqual(message, { said: "hello", list: [1, 2n, "three"] });
      break;
    }
  });
}
