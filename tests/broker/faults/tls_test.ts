import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { Certificate } from "../../support/certificate.ts";
import type { Address } from "../greeting.ts";
import type { PrivateBroker } from "../private_broker.ts";
import { fileBroker } from "./file_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus, secretly } from "./new_bus.ts";
import { refusal } from "./refusal.ts";
import { runRabbitProgram } from "./run_rabbit_program.ts";
import { assertNoSecret } from "./secret.ts";

const DAY = 86_400_000;
const authority = Certificate.authority("The authority of this test");
const stranger = Certificate.authority("Another authority");
const server = authority.sign({ name: "localhost" });
const test = fileBroker({ tls: server });
const strictTest = fileBroker({
  tls: { cert: server.cert, key: server.key, clientsOf: authority.cert },
});

/**
 * Files of the certificates in the settings `tls`, in a folder that is removed
 * at the end of the block.
 */
async function tlsFiles(
  { ca = authority, client }: { ca?: Certificate; client?: Certificate } = {},
): Promise<{ tls: Record<string, string> } & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "caryatid-tls-" });
  const write = async (name: string, text: string) => {
    await Deno.writeTextFile(`${folder}/${name}.pem`, text);
    return `${folder}/${name}.pem`;
  };
  return {
    tls: {
      ca: await write("ca", ca.cert),
      ...(client && {
        cert: await write("cert", client.cert),
        key: await write("key", client.key),
      }),
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Returns the address of the TLS port of the broker. */
function tlsAddress({ hostname, tlsPort }: PrivateBroker): Address {
  return { hostname, port: tlsPort };
}

const secretUrl =
  (broker: PrivateBroker, hostname?: string) => (port: number) =>
    secretly(
      broker.url({ scheme: "amqps", port, ...(hostname && { hostname }) }),
    );

/** Publishes, subscribes and makes a request. */
async function assertWorks(
  url: string,
  tls: Record<string, string>,
): Promise<void> {
  const log = new LogWatch();
  await using bus = newBus({ url, tls }, log);
  await bus.open();
  const received = bus.subscribe("tls");
  await received.ready;
  await bus.publish("tls", "safe");
  assert.deepEqual(messages(await take(received, 1)), ["safe"]);
  await bus.handle("ask", () => "answer").ready;
  assert.equal(await bus.request("ask", null), "answer");
  assert.deepEqual(log.lines, []);
  assertNoSecret(bus);
}

test("C2 with the certificate of its authority a bus works over TLS", async (broker) => {
  await using files = await tlsFiles();
  await assertWorks(broker.url({ scheme: "amqps" }), files.tls);
});

strictTest(
  "C2 with a client certificate it works where the broker asks for one",
  async (broker) => {
    const client = authority.sign({ name: "client" });
    await using files = await tlsFiles({ client });
    await assertWorks(broker.url({ scheme: "amqps" }), files.tls);
  },
);

test("C2 the error names a broker with an untrusted authority, and the bus does not try again", async (broker) => {
  await using files = await tlsFiles({ ca: stranger });
  for (const settings of [{}, { tls: files.tls }]) {
    // One more connection finds the reason.
    const error = await refusal(
      tlsAddress(broker),
      secretUrl(broker),
      settings,
      2,
    );
    assert.equal(error.code, "BUS_UNAVAILABLE");
    assert.match(
      error.message,
      /^Cannot connect to localhost:\d+: no authority that we trust has signed/,
    );
    assert.match(error.hint!, /Set tls\.ca/);
  }
});

test("C2 the error names a certificate of another host, and the bus does not try again", async (broker) => {
  await using files = await tlsFiles();
  const url = secretUrl(broker, "127.0.0.1");
  const error = await refusal(tlsAddress(broker), url, { tls: files.tls });
  assert.equal(error.code, "BUS_UNAVAILABLE");
  assert.match(error.message, /altnames/);
  assert.match(error.hint!, /Name the host in the URL as the certificate/);
});

Deno.test("C2 the error names an expired certificate, and the bus does not try again", async () => {
  const until = new Date(Date.now() - DAY);
  const old = authority.sign({ name: "localhost", until });
  await using files = await tlsFiles();
  await using listener = shakeHands(old);
  const url = (port: number) => secretly(`amqps://guest@localhost:${port}`);
  const error = await refusal(listener.address, url, { tls: files.tls }, 2);
  assert.equal(error.code, "BUS_UNAVAILABLE");
  assert.match(error.message, /: the broker's certificate has expired/);
  assert.match(error.hint!, /Renew it/);
});

strictTest(
  "C2 a client certificate that is missing is named, and not tried again",
  async (broker) => {
    await using files = await tlsFiles();
    const { tls } = files;
    const error = await refusal(tlsAddress(broker), secretUrl(broker), { tls });
    assert.equal(error.code, "BUS_UNAVAILABLE");
    assert.match(error.message, /: the broker asks for a client certificate/);
    assert.match(error.hint!, /Set tls\.cert and tls\.key/);
  },
);

const until = new Date(Date.now() - DAY);
const badClients = {
  "of another authority": stranger.sign({ name: "client" }),
  "that has expired": authority.sign({ name: "client", until }),
};

for (const [what, client] of Object.entries(badClients)) {
  strictTest(
    `C2 a client certificate ${what} is named, and not tried again`,
    async (broker) => {
      await using files = await tlsFiles({ client });
      const { tls } = files;
      const error = await refusal(tlsAddress(broker), secretUrl(broker), {
        tls,
      });
      assert.equal(error.code, "BUS_UNAVAILABLE");
      assert.match(error.message, /: the broker refuses our certificate/);
      assert.match(error.hint!, /Check tls\.cert/);
    },
  );
}

test("C2 a plain client of a TLS port logs the cause, and tries again", async (broker) => {
  const log = new LogWatch();
  const url = secretly(broker.url({ port: broker.tlsPort }));
  const bus = newBus({ url }, log);
  const opening = assert.rejects(bus.open(), { code: "BUS_CLOSED" });
  const [line] = await log.until(/next try/);
  assert.match(
    line!,
    /\(Wait until the broker is ready; .* use amqps:\/\/\.\)/,
  );
  await bus.close();
  await opening;
  assertNoSecret(log.lines);
});

strictTest(
  "C2 a process without a client certificate exits with 1, and shows no password",
  async (broker) => {
    await using files = await tlsFiles();
    const { ca } = files.tls;
    const url = secretly(broker.url({ scheme: "amqps" }));
    await using program = runRabbitProgram({
      url,
      startDeadline: 0,
      bus: `tls.ca = ${JSON.stringify(ca)}`,
      read: [ca!],
    });
    assert.equal(await program.exitCode(), 1, program.lines.join("\n"));
    const printed = program.lines.join("\n");
    assert.match(printed, /\[BUS_UNAVAILABLE\].*asks for a client certificate/);
    assertNoSecret(printed, await program.stderr);
  },
);

/** Server that answers nothing after the handshake. */
function shakeHands(
  { cert, key }: Certificate,
): { address: Address } & AsyncDisposable {
  const listener = Deno.listenTls({
    port: 0,
    hostname: "127.0.0.1",
    cert,
    key,
  });
  const serving = (async () => {
    for (;;) {
      let connection: Deno.TlsConn;
      try {
        connection = await listener.accept();
      } catch {
        return; // it listens no more
      }
      await connection.handshake().catch(() => {}); // refused, as expected
      connection.close();
    }
  })();
  return {
    address: listener.addr as Deno.NetAddr,
    [Symbol.asyncDispose]: () => {
      listener.close();
      return serving;
    },
  };
}
