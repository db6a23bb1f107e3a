import assert from "node:assert/strict";
import { integrityOf } from "../integrity.ts";
import { guestProcess } from "./testing/guest_process.ts";

for (const isolation of ["worker", "process"] as const) {
  Deno.test(`in a ${isolation} a module publishes, hears and answers as in the process itself`, async () => {
    await using process = await guestProcess(isolation, "echo", { word: "hi" });
    await process.start();
    const out = process.context.subscribe("echo.out");
    assert.deepEqual(await process.context.request("echo.ask", 1), ["hi", 1]);
    const message = new Map([["at", new Date(5)]]);
    await process.context.publish("echo.in", message);
    for await (const delivery of out) {
      assert.deepEqual(delivery.message, message);
      break;
    }
  });

  Deno.test(`in a ${isolation} the module's own schema checks its section, which is told as any other`, async () => {
    await using process = await guestProcess(isolation, "echo", { word: 5 });
    await assert.rejects(process.start(), {
      code: "INVALID_CONFIG",
      message: /module\.guest\.word: found 5/,
    });
  });

  Deno.test(`D15 in a ${isolation} what has no form on the bridge is refused, one by one`, async () => {
    await using process = await guestProcess(isolation, "busy");
    await process.start();
    assert.deepEqual(await process.context.request("unsendable", 1), [
      "NOT_ENCODABLE",
      "NOT_ENCODABLE",
      "NOT_ENCODABLE",
      "NOT_ENCODABLE",
      "MESSAGE_TOO_LARGE",
    ]);
  });

  Deno.test(`in a ${isolation} a module of another integrity isn't run, the right one is`, async () => {
    const file = new URL("./testing/guests/echo.ts", import.meta.url);
    const integrity = await integrityOf(await Deno.readTextFile(file));
    await using good = await guestProcess(isolation, "echo", { integrity });
    await good.start();
    const other = await integrityOf("export default 1;");
    await using bad = await guestProcess(isolation, "throws_at_top", {
      integrity: other,
    });
    await assert.rejects(bad.start(), {
      code: "LOAD_FAILED",
      message: /wanted sha256-/,
    });
  });
}
