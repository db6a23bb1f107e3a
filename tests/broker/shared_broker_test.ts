import type { Channel } from "amqplib";
import assert from "node:assert/strict";
import { RunningProgram } from "../support/running_program.ts";
import { openClient } from "./amqp_client.ts";
import { freePort } from "./free_port.ts";
import { PrivateBroker } from "./private_broker.ts";
import { deleteDeclared } from "./left_behind.ts";
import { brokerTest } from "./shared_broker.ts";
import { silentServer } from "./wrong_servers.ts";

const FIXTURE = new URL("./shared_broker_fixture.ts", import.meta.url).pathname;
const seen = new Set<string>();

for (const nth of ["one", "another"]) {
  brokerTest(
    `brokerTest() gives ${nth} test a broker and a new exchange name`,
    async ({ url, exchange }) => {
      assert(!seen.has(exchange));
      seen.add(exchange);
      await using client = await openClient(url);
      await client.channel.assertExchange(exchange, "topic", {
        durable: false,
      });
      await client.channel.deleteExchange(exchange);
    },
  );
}

brokerTest(
  "what tests of a broker declare is deleted: queues of groups, and exchanges",
  async ({ url, exchange }) => {
    const queue = `${exchange}.group.workers.a`;
    {
      await using client = await openClient(url);
      await client.channel.assertExchange(`${exchange}.own`, "topic");
      await client.channel.assertQueue(queue, { durable: true });
      await client.channel.assertQueue(`${exchange}.suspect.${queue}`);
      const other = await client.connection.createConfirmChannel();
      await other.assertQueue(`${exchange}.confirmed`);
    }
    await deleteDeclared(url, [exchange]);
    for (
      const name of [
        queue,
        `${exchange}.suspect.${queue}`,
        `${exchange}.confirmed`,
      ]
    ) {
      await assert.rejects(
        exists(url, (channel) => channel.checkQueue(name)),
        /404/,
      );
    }
    await assert.rejects(
      exists(url, (channel) => channel.checkExchange(`${exchange}.own`)),
      /404/,
    );
  },
);

Deno.test("brokerTest() ignores a test without a broker, with the reason and without the password", async (t) => {
  await t.step("no program listens", async () => {
    const port = freePort();
    const why = `no broker at 127.0.0.1:${port}: connect ECONNREFUSED`;
    await assertSkipped(port, why);
  });
  await t.step("a server is silent", async () => {
    await using silent = await silentServer();
    const why = `no broker at 127.0.0.1:${silent.port}: connect ETIMEDOUT`;
    await assertSkipped(silent.port, why);
  });
});

const reason = PrivateBroker.unavailable();
Deno.test({
  name:
    `brokerTest() starts one private broker for a file without a shared one${
      reason === undefined ? "" : ` (skipped: ${reason})`
    }`,
  ignore: reason !== undefined,
  async fn() {
    const { code, output } = await runFixture(freePort());
    assert.match(output, /2 passed/);
    assert.equal(code, 0);
  },
});

async function exists(
  url: string,
  check: (channel: Channel) => Promise<unknown>,
): Promise<void> {
  await using client = await openClient(url);
  await check(client.channel);
}

async function assertSkipped(port: number, why: string): Promise<void> {
  const absent = { CARYATID_TEST_RABBITMQ: "/nowhere" };
  const { code, output } = await runFixture(port, absent);
  assert(output.includes(`the first (skipped: ${why}`), output);
  assert.match(output, /no rabbitmq-server in \/nowhere\) \.\.\. ignored/);
  assert.doesNotMatch(output, /s3cr3t/);
  assert.equal(code, 0);
}

async function runFixture(
  port: number,
  env: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  await using program = new RunningProgram(
    ["test", "-P=test", "--no-prompt", FIXTURE],
    { CARYATID_TEST_AMQP: `amqp://guest:s3cr3t@127.0.0.1:${port}`, ...env },
  );
  const code = await program.exitCode();
  const output = `${program.lines.join("\n")}\n${await program.stderr}`;
  return { code, output };
}
