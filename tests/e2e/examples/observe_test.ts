import assert from "node:assert/strict";
import { EventReader } from "../../../modules/dashboard/testing/event_reader.ts";
import { freePort } from "../../broker/free_port.ts";
import { RunningProgram } from "../../support/running_program.ts";

Deno.test("examples/observe --once shows the stuck ledger with the chain that waits, and ends", async () => {
  const [page, shop] = [freePort(), freePort()];
  await using program = new RunningProgram(
    ["run", "-A", "examples/observe/main.ts", "--once", "--memory"],
    {
      CARYATID_MODULE__DASHBOARD__PORT: String(page),
      CARYATID_MODULE__REST_SERVER__PORT: String(shop),
      CARYATID_MODULE__CUSTOMERS__URL: `http://127.0.0.1:${shop}/orders`,
    },
  );
  await program.line(/dashboard on http/);
  const events = new EventReader(
    await fetch(`http://127.0.0.1:${page}/events?tail=order.%23`),
  );
  const batch = await events.next("tail", ({ rows }) => rows.length > 0);
  assert.match(batch.rows[0].topic, /^order\.placed\./);
  const { chains, traces } = await events.next(
    "state",
    ({ chains }) => chains[0]?.path.length === 3,
  );
  const names = chains[0].path.map((key: string) => key.split("/")[1]);
  assert.deepEqual(names, ["rest-server", "orders", "ledger"]);
  assert(traces.traces > 0);
  await events.next("state", ({ chains }) => chains.length === 0);
  await events.close();
  assert.equal(await program.exitCode(), 0);
});
