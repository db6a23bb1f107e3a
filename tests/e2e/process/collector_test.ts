import assert from "node:assert/strict";
import { RunningProgram } from "../../support/running_program.ts";

const PROGRAM = new URL("traced_program.ts", import.meta.url).pathname;

/** Runs a process that exports to a port, and returns its growth in MiB. */
async function run(port: number): Promise<number> {
  await using program = new RunningProgram(["run", "-A", PROGRAM], {
    OTEL_DENO: "true",
    OTEL_DENO_CONSOLE: "ignore",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_TIMEOUT: "500",
    OTEL_BSP_SCHEDULE_DELAY: "50",
  });
  const line = await program.line(/^grown by/);
  assert.equal(await program.exitCode(), 0);
  return Number(line.split(" ")[2]);
}

Deno.test("a traced process works and stops while its collector is down", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  assert(await run(port) < 50);
});

Deno.test("a traced process works and stops while its collector does not answer", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) connections.push(connection);
  })();
  const grown = await run((listener.addr as Deno.NetAddr).port);
  assert(connections.length > 0);
  assert(grown < 50);
  listener.close();
  await accepting.catch(() => {}); // the listener is closed
  for (const connection of connections) connection.close();
});
