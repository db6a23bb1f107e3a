import assert from "node:assert/strict";
import {
  ask,
  connect,
  echoServer,
  readExactly,
  readText,
  writeAll,
} from "./echo_server.ts";
import { FaultProxy } from "./fault_proxy.ts";
import { freePort } from "./free_port.ts";
import { type Address, greeting } from "./greeting.ts";
import { httpServer, silentServer } from "./wrong_servers.ts";

const HOSTNAME = "127.0.0.1";

Deno.test("a proxy passes bytes and ends in both directions", async () => {
  await using echo = echoServer();
  await using proxy = await FaultProxy.to(echo);
  using client = await connect(proxy);
  assert.equal(await ask(client, "hello"), "hello");
  await client.closeWrite();
  assert.equal(await client.read(new Uint8Array(1)), null);
  await proxy.disconnected();
  assert.equal(proxy.accepted, 1);
});

Deno.test("a proxy passes 8 MiB through slow readers, unharmed", async () => {
  await using echo = echoServer();
  await using proxy = await FaultProxy.to(echo);
  using client = await connect(proxy);
  const sent = crypto.getRandomValues(new Uint8Array(65_536));
  const copies = 128;
  const writing = (async () => {
    for (let i = 0; i < copies; i++) await writeAll(client, sent);
  })();
  for (let i = 0; i < copies; i++) {
    assert.deepEqual(await readExactly(client, sent.length), sent);
  }
  await writing;
});

Deno.test("a stalled proxy accepts, keeps connections, holds bytes back and gives them in order later", async (t) => {
  for (const direction of ["to-server", "to-client", "both"] as const) {
    await t.step(direction, async () => {
      await using echo = echoServer();
      await using proxy = await FaultProxy.to(echo);
      using before = await connect(proxy);
      assert.equal(await ask(before, "1"), "1");
      proxy.stall(direction);
      using after = await connect(proxy);
      await proxy.connected(2);
      await writeAll(before, "23");
      await proxy.holding(direction === "both" ? "to-server" : direction);
      assert.equal(echo.received, direction === "to-client" ? "123" : "1");
      await writeAll(after, "ab");
      await proxy.pass();
      await writeAll(before, "4");
      assert.equal(await readText(before, 3), "234");
      assert.equal(await readText(after, 2), "ab");
    });
  }
});

Deno.test("a stalled proxy lets the buffers of a sender fill up, as a dead connection does", async () => {
  await using echo = echoServer();
  await using proxy = await FaultProxy.to(echo);
  using client = await connect(proxy);
  proxy.stall();
  let written = 0;
  const writing = (async () => {
    const block = new Uint8Array(1 << 20);
    for (; written < 64; written++) await writeAll(client, block);
  })().catch((error) => error);
  await proxy.holding("to-server");
  await proxy.cut();
  assert(await writing instanceof Deno.errors.ConnectionReset);
  assert(written < 64);
});

Deno.test("cut() resets both sides, and new connections pass", async () => {
  await using echo = echoServer();
  await using proxy = await FaultProxy.to(echo);
  using client = await connect(proxy);
  assert.equal(await ask(client, "x"), "x");
  await proxy.cut();
  await assertReset(() => client.read(new Uint8Array(1)));
  assert.equal(await echo.ended, "reset");
  await proxy.disconnected();
  using again = await connect(proxy);
  assert.equal(await ask(again, "y"), "y");
  await proxy.came(2);
});

Deno.test("refuse() keeps open connections and refuses new ones, and pass() listens on the same port", async () => {
  await using echo = echoServer();
  await using proxy = await FaultProxy.to(echo);
  using client = await connect(proxy);
  assert.equal(await ask(client, "x"), "x");
  await proxy.refuse();
  await assert.rejects(connect(proxy), Deno.errors.ConnectionRefused);
  await proxy.refuse("hang-up");
  await assertReset(() => connectAndRead(proxy));
  assert.deepEqual([proxy.accepted, proxy.connections], [2, 1]);
  assert.equal(await ask(client, "y"), "y");
  await proxy.pass();
  using welcome = await connect(proxy);
  assert.equal(await ask(welcome, "z"), "z");
});

Deno.test("a proxy whose target is absent resets its clients", async () => {
  await using proxy = await FaultProxy.to({
    hostname: HOSTNAME,
    port: freePort(),
  });
  await assertReset(() => connectAndRead(proxy));
  await proxy.disconnected();
});

Deno.test("greeting() describes the server that answers instead of a broker", async (t) => {
  await t.step("a closed port", async () => {
    const closed = { hostname: HOSTNAME, port: freePort() };
    await assert.rejects(greeting(closed), Deno.errors.ConnectionRefused);
  });
  await t.step("a silent server", async () => {
    await using silent = await silentServer();
    await assert.rejects(greeting(silent, 100), {
      message: "no AMQP greeting within 100 ms",
    });
    await silent.came(1);
  });
  await t.step("a web server", async () => {
    await using web = await httpServer();
    await assert.rejects(greeting(web), {
      message: 'no AMQP broker: its answer is 11 bytes, "HTTP/1.1 40"',
    });
  });
});

/** The system reports a reset at once or with the next read. */
function assertReset(attempt: () => Promise<unknown>): Promise<void> {
  return assert.rejects(attempt, Deno.errors.ConnectionReset);
}

async function connectAndRead(address: Address): Promise<void> {
  using connection = await connect(address);
  await connection.read(new Uint8Array(1));
}
