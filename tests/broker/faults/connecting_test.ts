import assert from "node:assert/strict";
import { FaultProxy } from "../fault_proxy.ts";
import { freePort } from "../free_port.ts";
import { idleTime } from "../idle_time.ts";
import { silentServer, WrongServer } from "../wrong_servers.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus, secretly } from "./new_bus.ts";
import { runRabbitProgram } from "./run_rabbit_program.ts";
import { assertNoSecret } from "./secret.ts";

const nowhere = () => secretly(`amqp://guest@127.0.0.1:${freePort()}`);

Deno.test("C1 a process without a broker reports it once, and exits with 1 at its start deadline", async () => {
  const url = nowhere();
  await using program = runRabbitProgram({ url, startDeadline: 3 });
  assert.equal(await program.exitCode(), 1);
  const printed = program.lines.join("\n");
  const tries = program.lines.filter((line) => /no connection/.test(line));
  const { port } = new URL(url);
  const form = new RegExp(
    `WARN +caryatid.external: no connection to 127\\.0\\.0\\.1:${port}: ` +
      `connect ECONNREFUSED 127\\.0\\.0\\.1:${port}(.*); next try in \\d+ ms$`,
  );
  assert.equal(tries.length, 1, printed);
  assert.match(
    form.exec(tries[0]!)?.[1] ?? printed,
    /^ \(Start a broker there, .*docker run .*\)$/,
  );
  assert.match(
    printed,
    new RegExp(
      `ERROR caryatid: \\[BUS_UNAVAILABLE\\] Cannot open bus "external": ` +
        `it cannot connect to 127\\.0\\.0\\.1:${port}: connect ECONNREFUSED ` +
        `127\\.0\\.0\\.1:${port}; it was not done 3 s after the start began ` +
        `\\(Start a broker there, .*docker run .*\\)`,
    ),
  );
  assert.equal(await program.stderr, "");
  assertNoSecret(printed);
});

Deno.test("C1 at its start deadline a process names the host that never answered, with the hint of the last attempt", async () => {
  await using silent = await silentServer();
  const tlsAlert = "\x15\x03\x03\x00\x02\x02\x28";
  await using tls = await WrongServer.start(tlsAlert);
  for (
    const [{ port }, says] of [
      [silent, "there is no answer yet; it was not done 2 s"],
      [tls, "closed abruptly.*\\(Wait until the broker is ready; .*amqps://"],
    ] as const
  ) {
    const url = secretly(`amqp://guest@127.0.0.1:${port}`);
    await using program = runRabbitProgram({ url, startDeadline: 2 });
    assert.equal(await program.exitCode(), 1);
    const printed = program.lines.join("\n");
    const form = `bus "external": it cannot connect to 127.0.0.1:${port}: .*`;
    assert.match(printed, new RegExp(`BUS_UNAVAILABLE.*${form}${says}`));
    assertNoSecret(printed, await program.stderr);
  }
});

Deno.test("C1 each wait is logged once for both connections, and is longer than the one before, up to 1.5 s", async () => {
  const log = new LogWatch();
  await using proxy = await FaultProxy.to({ hostname: "127.0.0.1", port: 1 });
  await proxy.refuse("hang-up");
  const bus = newBus({ url: `amqp://127.0.0.1:${proxy.port}` }, log);
  const opening = assert.rejects(bus.open(), { code: "BUS_CLOSED" });
  const lines = await log.until(/no connection/, 5);
  await proxy.came(10); // the other connection may be a moment later
  await bus.close();
  await opening;
  const waits = lines.map((line) => Number(/in (\d+) ms/.exec(line)![1]));
  for (const [step, longest] of [100, 200, 400, 800, 1500].entries()) {
    const wait = waits[step]!;
    assert(wait >= longest / 2 && wait <= longest, `${step}: ${wait} ms`);
  }
  assert.equal(log.lines.length, 5, log.lines.join("\n"));
  assert.equal(proxy.accepted, 10);
});

for (const scheme of ["amqp", "amqps"]) {
  Deno.test(`C3 the connect deadline covers the handshake of ${scheme}:// with a server that sends nothing`, async () => {
    await using server = await silentServer();
    const log = new LogWatch();
    const url = secretly(`${scheme}://guest@127.0.0.1:${server.port}`);
    const bus = newBus({ url, "connect-timeout": 0.2 }, log);
    const opening = assert.rejects(bus.open(), { code: "BUS_CLOSED" });
    const [line] = await log.until(/no connection/);
    assert.match(line!, /: no AMQP handshake within 200 ms; next try/);
    await server.came(4); // both connections, twice
    await bus.close();
    await opening;
    assertNoSecret(log.lines);
  });
}

Deno.test("C3 a bus that waits for a silent server closes at once", async () => {
  await using server = await silentServer();
  const url = `amqp://127.0.0.1:${server.port}`;
  const bus = newBus({ url, "connect-timeout": 60 });
  const opening = assert.rejects(bus.open(), { code: "BUS_CLOSED" });
  await server.came(2);
  const took = await idleTime(bus.close(), "the end of the bus");
  assert(took < 500, `${took} ms`);
  await opening;
});

Deno.test("C3 a process that waits for a silent server stops at once at SIGTERM", async () => {
  await using server = await silentServer();
  const url = secretly(`amqp://guest@127.0.0.1:${server.port}`);
  await using program = runRabbitProgram({ url, startDeadline: 0 });
  await server.came(2);
  program.kill("SIGTERM");
  const exit = program.exitCode();
  const took = await idleTime(exit, "the end of the process");
  assert.equal(await exit, 0, program.lines.join("\n"));
  // Else it would wait for its connect-timeout, which is 10 s.
  assert(took < 5_000, `${took} ms`);
  assertNoSecret(program.lines.join("\n"), await program.stderr);
});
