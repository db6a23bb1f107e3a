import { Process } from "@caryatid/process";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { guestProcess } from "../testing/guest_process.ts";

const FOLDER = new URL("../testing/guests/imported/", import.meta.url);

/**
 * Starts a process with a module that may read `read`, and imports `late` at
 * the request "late".
 */
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
  Deno.test(`in a ${isolation} a module imports files, packages from npm and modules of Node.js at its top without a permission`, async () => {
    await using process = await importing(isolation, []);
    assert.deepEqual(await process.context.request("early", 1), [
      ...["imported", "function", "string"],
      ...["object", "function"],
    ]);
  });

  Deno.test(`in a ${isolation} a module imports data of its folder without a grant, and nothing by a computed name`, async () => {
    await using process = await importing(isolation, []);
    assert.equal(await process.context.request("data", 1), "data");
    await assert.rejects(process.context.request("late", 1), {
      code: "HANDLER_FAILED",
      message: /"file:.*late\.ts" .* not in the sealed graph .*imports\.ts/,
    });
  });

  Deno.test(`in a ${isolation} a late import loads nothing from a registry`, async () => {
    await using process = await importing(isolation, [FOLDER], "npm:zod@4");
    await assert.rejects(process.context.request("late", 1), {
      code: "HANDLER_FAILED",
      message: /Cannot import "npm:zod@4" (while|in) an isolated module/,
    });
  });
}

for (const isolation of ["worker", "process"] as const) {
  Deno.test(`in a ${isolation} a computed name imports only files that the module imports literally`, async () => {
    await using process = await importing(isolation, [FOLDER]);
    await assert.rejects(process.context.request("late", 1), /sealed graph/);
    const known = new URL("word.ts", FOLDER).href;
    await using other = await importing(isolation, [], known);
    assert.equal(await other.context.request("late", 1), "imported");
  });
}

Deno.test("a worker that cannot be sealed imports neither data nor anything late, and the host warns once", async () => {
  const config = fileURLToPath(new URL("../../../deno.json", import.meta.url));
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--no-lock"],
      ...["--allow-read", "--allow-env", `--config=${config}`],
      new URL("../testing/unsealed_program.ts", import.meta.url).href,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const printed = new TextDecoder().decode(stdout);
  const said = JSON.parse(printed.trim().split("\n").at(-1)!);
  assert.equal(said.early[0], "imported");
  assert.match(said.data, /data\.json".* whose code is not sealed/);
  assert.match(said.late, /word\.ts".* whose code is not sealed/);
  const warnings = printed.match(/workers run without a sealed graph/g);
  assert.equal(warnings?.length, 1);
});

Deno.test("in a guest standard modules load late packages that they need", async () => {
  await using process = await Process.create({
    config: {
      log: { level: "error" },
      module: {
        clock: {
          isolation: "worker",
          cron: "* * * * * *", // read by a package that is loaded late
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
