import assert from "node:assert/strict";
import { rabbitMqSettings } from "@caryatid/process/rabbit-mq";
import type { CaryatidError } from "@caryatid/sdk";
import { openClient } from "../amqp_client.ts";
import { FaultProxy } from "../fault_proxy.ts";
import type { PrivateBroker } from "../private_broker.ts";
import { httpServer, silentServer, WrongServer } from "../wrong_servers.ts";
import { fileBroker } from "./file_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus, secretly } from "./new_bus.ts";
import { refusal } from "./refusal.ts";
import { runRabbitProgram } from "./run_rabbit_program.ts";
import { assertNoSecret, SECRET } from "./secret.ts";

const test = fileBroker();

interface Case {
  readonly what: string;
  readonly url: (broker: PrivateBroker, port: number) => string;
  readonly says: RegExp;
  readonly hint: RegExp;
}

const cases: readonly Case[] = [
  {
    what: "a wrong password",
    url: (broker, port) => secretly(broker.url({ port })),
    says: /^Cannot connect to 127\.0\.0\.1:\d+: .*403 \(ACCESS-REFUSED\)/,
    hint: /the user, the password/,
  },
  {
    what: "a missing vhost",
    url: (broker, port) => broker.url({ port, vhost: "no such" }),
    says: /: the broker refuses the vhost "no such"$/,
    hint: /vhost in the URL/,
  },
  {
    what: "TLS on a plain port",
    url: (broker, port) =>
      secretly(broker.url({ port }).replace("amqp:", "amqps:")),
    says: /: the server does not speak TLS$/,
    hint: /Use a TLS port/,
  },
];

for (const { what, url, says, hint } of cases) {
  test(`C2 the error names ${what}, with a hint, and the bus does not try again`, async (broker) => {
    const error = await refusal(broker, (port) => url(broker, port));
    assert.equal(error.code, "BUS_UNAVAILABLE");
    assert.match(error.message, says);
    assert.match(error.hint!, hint);
  });
}

test("C2 the error names an exchange of another type (406), with a hint, and the bus does not try again", async (broker) => {
  await using client = await openClient(broker.url());
  const exchange = "c2-other-type";
  await client.channel.assertExchange(exchange, "fanout", { durable: false });
  const url = (port: number) => broker.url({ port });
  const error = await refusal(broker, url, { exchange });
  assert.equal(error.code, "BUS_UNAVAILABLE");
  assert.match(error.message, /inequivalent arg 'type' for exchange 'c2-other/);
  assert.match(error.hint!, /Name another exchange, or delete/);
  await client.channel.deleteExchange(exchange);
});

Deno.test("C2 the error names a web server, with a hint, and the bus does not try again", async () => {
  await using server = await httpServer();
  const url = (port: number) => secretly(`amqp://guest@127.0.0.1:${port}`);
  const error = await refusal(server, url);
  assert.equal(error.code, "BUS_UNAVAILABLE");
  assert.match(error.message, /: the server does not speak AMQP 0-9-1/);
  assert.match(error.hint!, /management interface \(15672\)/);
});

Deno.test("C2 a TLS port without amqps:// is tried again, with a hint", async () => {
  const handshakeFailure = "\x15\x03\x03\x00\x02\x02\x28";
  await using server = await WrongServer.start(handshakeFailure);
  const log = new LogWatch();
  const bus = newBus({ url: `amqp://127.0.0.1:${server.port}` }, log);
  const opening = assert.rejects(bus.open(), { code: "BUS_CLOSED" });
  const [line] = await log.until(/next try/);
  assert.match(line!, /closed abruptly.*\(.*a TLS port, use amqps:/);
  await bus.close();
  await opening;
});

test("C2 with several brokers, what one refuses another one may take", async (broker) => {
  const log = new LogWatch();
  const bad = secretly(broker.url());
  const bus = newBus({ url: [bad, broker.url()] }, log);
  await bus.open();
  await bus.publish("there", 1);
  assert.equal(log.all(/403.*next try/).length, 1, log.lines.join("\n"));
  await bus.close();
  const none = newBus({ url: [bad, bad] });
  await assert.rejects(none.open(), { code: "BUS_UNAVAILABLE" });
  await none.close();
});

test("C2 a process that its broker refuses exits with 1", async (broker) => {
  const url = secretly(broker.url());
  await using program = runRabbitProgram({ url, startDeadline: 0 });
  assert.equal(await program.exitCode(), 1);
  const printed = program.lines.join("\n");
  assert.match(printed, /ERROR .*\[BUS_UNAVAILABLE\].*403.*\(Check the user/);
  assertNoSecret(printed, await program.stderr);
});

const badUrls = [
  "127.0.0.1",
  `http://guest:${SECRET.raw}@127.0.0.1`,
  `amqp://guest:${SECRET.raw}@127.0.0.1:99999`,
  `amqp://guest:${SECRET.decoded}@127.0.0.1`,
  `amqp://guest:1234/${SECRET.decoded}@127.0.0.1`,
  `amqp://guest:12#${SECRET.decoded}@127.0.0.1`,
  `amqp://guest:12?${SECRET.decoded}@127.0.0.1`,
  "amqp:///vhost",
];

for (const url of badUrls) {
  Deno.test(`C2 a bad URL is refused: ${url}`, () => {
    assert.throws(() => rabbitMqSettings({ url }), (error: CaryatidError) => {
      assert.equal(error.code, "INVALID_CONFIG");
      assert.match(
        error.message,
        /expected a URL like amqp:\/\/user:password@/,
      );
      assertNoSecret(error);
      return true;
    });
  });
}

Deno.test("C2 a process with a bad URL exits with 2, naming line and key, and not the URL", async () => {
  const url = `amqp://guest:${SECRET.decoded}@127.0.0.1`;
  await using program = runRabbitProgram({ url, startDeadline: 0 });
  assert.equal(await program.exitCode(), 2);
  const printed = program.lines.join("\n");
  assert.match(
    printed,
    /\[INVALID_CONFIG\].*:5:\d+.*message-bus\.external\.url/,
  );
  assertNoSecret(printed, await program.stderr);
});

test("C4 a password from a file is in no output", async (broker) => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, `${SECRET.decoded}\n`);
  try {
    const url = (port: number) => broker.url({ port });
    const error = await refusal(broker, url, { "password-file": file });
    assert.match(error.message, /403/);
  } finally {
    await Deno.remove(file);
  }
});

test("C4 a bus with a password that works shows it nowhere", async (broker) => {
  await broker.ctl("change_password", "guest", SECRET.decoded);
  try {
    const log = new LogWatch();
    await using proxy = await FaultProxy.to(broker);
    const url = secretly(broker.url({ port: proxy.port }));
    const bus = newBus({ url }, log);
    await bus.open();
    const received = bus.subscribe("received");
    await received.ready;
    await proxy.cut();
    await log.until(/SUBSCRIPTION_INTERRUPTED/);
    await bus.publish("received", 1);
    const connections = await broker.ctl(
      "list_connections",
      "client_properties",
    );
    assertNoSecret(log.lines, bus, received, connections);
    await bus.close();
  } finally {
    await broker.ctl("change_password", "guest", "guest");
  }
});

Deno.test("C4 a server that is silent or hangs up is reported without the password", async () => {
  for (const server of [await silentServer(), await WrongServer.start(" ")]) {
    await using _ = server;
    const log = new LogWatch();
    const url = secretly(`amqp://guest@127.0.0.1:${server.port}`);
    const bus = newBus({ url, "connect-timeout": 0.1 }, log);
    const opening = bus.open().then(() => undefined, (error) => error);
    await log.until(/next try/);
    await bus.close();
    assertNoSecret(log.lines, bus, await opening);
  }
});
