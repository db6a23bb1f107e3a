import { Process } from "@caryatid/process";
import assert from "node:assert/strict";
import { guestProcess } from "./testing/guest_process.ts";

const FOLDER = new URL("./testing/guests/imported/", import.meta.url);

/** With a module that may read `read`, and imports `late` when asked. */
async function importing(
  isolation: "worker" | "process",
  read: readonly URL[],
  late: string = new URL("late.ts", FOLDER).href,
): Promise<Process> {
  const process = await guestProcess(isolation, "imports", {
    late,
    permissions: {
      read: read.map(({ pathname }) => decodeURIComponent(pathname)),
      handle: ["#"],
    },
  });
  await process.start();
  return process;
}

for (const isolation of ["worker", "process"] as const) {
  Deno.test(`in a ${isolation} a module is made of files, packages from npm and parts of Node, with no permission`, async () => {
    await using process = await importing(isolation, []);
    assert.deepEqual(await process.context.request("early", 1), [
      ...["imported", "function", "string"],
      ...["object", "function"],
    ]);
  });

  Deno.test(`in a ${isolation} what a module may read it may import by a computed name, and as data`, async () => {
    await using process = await importing(isolation, [FOLDER]);
    assert.equal(await process.context.request("late", 1), "late");
    assert.equal(await process.context.request("data", 1), "data");
  });

  Deno.test(`in a ${isolation} what a module imports by a computed name, or as data, needs a grant`, async () => {
    await using process = await importing(isolation, []);
    await assert.rejects(process.context.request("late", 1), {
      code: "HANDLER_FAILED",
      message: /Requires read access to .*late\.ts/,
    });
    await assert.rejects(process.context.request("data", 1), {
      code: "HANDLER_FAILED",
      message: /data\.json" is imported as data.*add it to read/,
    });
  });

  Deno.test(`in a ${isolation} a module imports nothing late from a registry`, async () => {
    await using process = await importing(isolation, [FOLDER], "npm:zod@4");
    await assert.rejects(process.context.request("late", 1), {
      code: "HANDLER_FAILED",
      message: /"npm:zod@4" can't be imported by an isolated module while/,
    });
  });
}

Deno.test("in a guest standard modules load late what they need", async () => {
  await using process = await Process.create({
    config: {
      log: { level: "error" },
      module: {
        clock: {
          isolation: "worker",
          cron: "* * * * * *", // read by a package that isn't loaded before
          permissions: { publish: ["clock.tick"] },
        },
      },
    },
  });
  const ticks = process.context.subscribe("clock.tick");
  await process.start();
  const { value } = await ticks[Symbol.asyncIterator]().next();
  assert.equal(value.topic, "clock.tick");
});
