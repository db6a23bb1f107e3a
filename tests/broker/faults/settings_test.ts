import assert from "node:assert/strict";
import { rabbitMqSettings } from "@caryatid/process/rabbit-mq";
import type { CaryatidError } from "@caryatid/sdk";
import { openClient } from "../amqp_client.ts";
import { Certificate } from "../../support/certificate.ts";
import { brokerTest } from "../shared_broker.ts";
import { newBus } from "./new_bus.ts";
import { runRabbitProgram } from "./run_rabbit_program.ts";
import { assertNoSecret, SECRET } from "./secret.ts";

const wrong: readonly [Record<string, unknown>, RegExp][] = [
  [{ exchange: "amq.topic" }, /does not begin with "amq\.".*\n.*at exchange/],
  [{ exchange: "é".repeat(101) }, /at most 200 bytes.*\n.*at exchange/],
  [
    { "dead-letter-exchange": "amq.dead" },
    /does not begin with "amq\.".*\n.*at \["dead-letter-exchange"\]/,
  ],
  [
    { exchange: "shop", "dead-letter-exchange": "shop.front" },
    /another name than those of the bus's own.*\n.*dead-letter-exchange/,
  ],
  [{ "group-expires": 4_294_968 }, /<=4294967\.295.*\n.*at \["group-expires"/],
  [{ redeliveries: 0 }, /expected number to be >=1.*\n.*at redeliveries/],
  [
    { tls: { cert: "cert.pem" } },
    /expected cert and key, or neither.*\n.*at tls/,
  ],
];

for (const [settings, says] of wrong) {
  Deno.test(`D7 settings that the broker would refuse fail with INVALID_CONFIG: ${JSON.stringify(settings).slice(0, 60)}`, () => {
    assert.throws(() => rabbitMqSettings(settings), (error: CaryatidError) => {
      assert.equal(error.code, "INVALID_CONFIG");
      assert.match(error.message, says);
      return true;
    });
  });
}

for (const expires of [4_294_967.295, 60.0005]) {
  brokerTest(
    `D7 RabbitMQ accepts a group-expires of ${expires} s`,
    async (broker) => {
      await using bus = newBus({ ...broker, "group-expires": expires });
      await bus.open();
      await bus.subscribe("d7", { group: "kept" }).ready;
      await using client = await openClient(broker.url);
      await client.channel.deleteQueue(`${broker.exchange}.group.kept.d7`);
    },
  );
}

const authority = Certificate.authority("authority");
const client = authority.sign({ name: "client" });
const other = authority.sign({ name: "other" });
const encrypted = client.key.replaceAll("PRIVATE", "ENCRYPTED PRIVATE");

/**
 * Files in a folder, settings that use them, and the expected error message.
 */
interface FileCase {
  readonly what: string;
  readonly files: Record<string, string>;
  readonly settings: (folder: string) => Record<string, unknown>;
  readonly says: RegExp;
}

const ca = (folder: string) => ({ tls: { ca: `${folder}/ca` } });
const pair = (folder: string) => ({
  tls: { cert: `${folder}/cert`, key: `${folder}/key` },
});
const password = (folder: string) => ({ "password-file": `${folder}/pw` });

const fileCases: readonly FileCase[] = [
  {
    what: "a missing password-file",
    files: {},
    settings: password,
    says: /^Cannot use password-file = ".*\/pw": found no such file$/,
  },
  {
    what: "a password-file that is a folder",
    files: {},
    settings: (folder) => ({ "password-file": folder }),
    says: /^Cannot use password-file = ".*": found a folder$/,
  },
  {
    what: "a password-file without a password",
    files: { pw: " \n" },
    settings: password,
    says: /password-file = ".*": found it empty; expected a password$/,
  },
  {
    what: "a missing tls.ca",
    files: {},
    settings: ca,
    says: /^Cannot use tls\.ca = ".*\/ca": found no such file$/,
  },
  {
    what: "a tls.ca that is not PEM",
    files: { ca: SECRET.decoded },
    settings: ca,
    says: /tls\.ca = ".*": found no PEM in it; expected certificates in PEM$/,
  },
  {
    what: "a tls.ca that is a key",
    files: { ca: client.key },
    settings: ca,
    says: /tls\.ca = ".*": found a PRIVATE KEY alone; expected certificates/,
  },
  {
    what: "a tls.ca with a damaged certificate",
    files: { ca: authority.cert + authority.cert.replace("MI", "!!") },
    settings: ca,
    says: /tls\.ca = ".*": found its certificate number 2 damaged/,
  },
  {
    what: "a tls.key that is a certificate",
    files: { cert: client.cert, key: client.cert },
    settings: pair,
    says: /tls\.key = ".*": found a CERTIFICATE alone; expected a private key/,
  },
  {
    what: "a tls.key that is encrypted",
    files: { cert: client.cert, key: encrypted },
    settings: pair,
    says: /tls\.key = ".*": found an encrypted key; expected one without/,
  },
  {
    what: "a tls.key of another certificate",
    files: { cert: client.cert, key: other.key },
    settings: pair,
    says: /tls\.key = ".*": found another key than tls\.cert's$/,
  },
];

for (const { what, files, settings, says } of fileCases) {
  Deno.test(`D7 creating a bus throws INVALID_CONFIG for ${what}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "caryatid-settings-" });
    try {
      for (const [name, text] of Object.entries(files)) {
        await Deno.writeTextFile(`${folder}/${name}`, text);
      }
      assert.throws(() => newBus(settings(folder)), (error: CaryatidError) => {
        assert.equal(error.code, "INVALID_CONFIG");
        assert.match(error.message, says);
        assertNoSecret(error);
        return true;
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("D7 a process with a missing password-file exits with 2 at once and names section and key", async () => {
  await using program = runRabbitProgram({
    url: "amqp://127.0.0.1:1",
    startDeadline: 0,
    bus: 'password-file = "/nowhere/secret"',
    read: ["/nowhere"],
  });
  assert.equal(await program.exitCode(), 2);
  const printed = program.lines.join("\n");
  assert.match(
    printed,
    /\[INVALID_CONFIG\] <config 2>:3.* password-file = "\/nowhere\/secret": found no such file/,
  );
  assert.doesNotMatch(printed, /no connection/);
});

Deno.test("D17 a file that Deno may not read fails with PERMISSION_DENIED and the flag that grants access, without a prompt", async () => {
  const bus = 'tls.ca = "/etc/shop/ca.pem"';
  const url = "amqps://127.0.0.1:1";
  await using program = runRabbitProgram({ url, startDeadline: 0, bus });
  assert.equal(await program.exitCode(), 1);
  const printed = program.lines.join("\n");
  assert.match(
    printed,
    /\[PERMISSION_DENIED\].* tls\.ca = "\/etc\/shop\/ca\.pem": .*\(Run with --allow-read=\/etc\/shop\/ca\.pem\.\)/,
  );
  assert.doesNotMatch(printed, /no connection/);
});
