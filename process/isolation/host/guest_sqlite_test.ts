import assert from "node:assert/strict";
import { guestProcess } from "../testing/guest_process.ts";

for (const isolation of ["worker", "process"] as const) {
  Deno.test(`in a ${isolation} a module uses its database, and cannot place temporary files of SQLite`, async () => {
    const folder = await Deno.realPath(await Deno.makeTempDir());
    await using process = await guestProcess(isolation, "database", {
      path: `${folder}/a.db`,
      permissions: { handle: ["#"], read: [folder], write: [folder] },
    });
    await process.start();
    const { context } = process;
    const run = (sql: string) => context.request("run", sql);
    await run("CREATE TABLE t (x); INSERT INTO t VALUES (7)");
    await context.request("reopen", null);
    const row = await context.request("get", "SELECT x FROM t");
    assert.deepEqual(row, { x: 7 });
    for (
      const sql of [
        "PRAGMA temp_store = FILE",
        'pragma/**/main."Temp_Store" = 1',
        `PRAGMA temp_store_directory = '/tmp'`,
      ]
    ) {
      await assert.rejects(run(sql), /its temporary files stay in memory/);
      await assert.rejects(context.request("get", sql), /stay in memory/);
    }
    await run("CREATE TEMP TABLE much (x); INSERT INTO much VALUES (1)");
    await process.stop();
    await Deno.remove(folder, { recursive: true });
  });
}
