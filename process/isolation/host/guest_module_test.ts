import assert from "node:assert/strict";
import { integrityOf } from "../../platform/integrity.ts";
import { guestProcess } from "../testing/guest_process.ts";

for (const isolation of ["worker", "process"] as const) {
  Deno.test(`in a ${isolation} a module publishes, receives and answers as in the process itself`, async () => {
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

  Deno.test(`in a ${isolation} the schema of the module checks its section, and its problems are reported like others`, async () => {
    await using process = await guestProcess(isolation, "echo", { word: 5 });
    await assert.rejects(process.start(), {
      code: "INVALID_CONFIG",
      message: /module\.guest\.word: found 5/,
    });
  });

  Deno.test(`in a ${isolation} a strict schema does not see unknown keys of [global]`, async () => {
    const startup = { topic: "start", "network-name": "mainnet" };
    const global = { startup, db: 1 };
    await using process = await guestProcess(
      isolation,
      "strict",
      { word: "hi" },
      global,
    );
    await process.start();
    assert.deepEqual(
      await process.context.request("strict.config", null),
      { word: "hi", startup: { topic: "start" } },
    );
    const seen = await process.context.request("strict.process", null) as {
      tables: Record<string, Record<string, Record<string, unknown>>>;
      isFrozen: boolean;
    };
    assert.deepEqual(Object.keys(seen.tables), ["global", "module"]);
    assert.deepEqual(seen.tables["global"], global);
    assert.deepEqual(Object.keys(seen.tables["module"]!), ["guest"]);
    assert.equal(seen.tables["module"]!["guest"]!["word"], "hi");
    assert(seen.isFrozen);
    const keys = { word: "hi", wrod: 1 };
    await using wrong = await guestProcess(isolation, "strict", keys, global);
    await assert.rejects(wrong.start(), {
      code: "INVALID_CONFIG",
      message: /module\.guest\.wrod: found an unknown key/,
    });
  });

  Deno.test(`D15 in a ${isolation} each message that the bridge cannot encode is refused by itself`, async () => {
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

  Deno.test(`in a ${isolation} a module runs only if its file has the pinned hash`, async () => {
    const file = new URL("../testing/guests/echo.ts", import.meta.url);
    const integrity = await integrityOf(await Deno.readTextFile(file));
    await using good = await guestProcess(isolation, "echo", { integrity });
    await good.start();
    const other = await integrityOf("export default 1;");
    await using bad = await guestProcess(isolation, "throws_at_top", {
      integrity: other,
    });
    await assert.rejects(bad.start(), {
      code: "LOAD_FAILED",
      message: /expected sha256-/,
    });
  });
}
